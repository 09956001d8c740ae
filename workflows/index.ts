import './stack-traces.js';

export { call } from './call/call.workflow.js';
export { release } from './release/release.workflow.js';
