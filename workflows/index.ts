import './stack-traces.js';

export { call } from './call/call.workflow.js';
