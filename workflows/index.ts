export { call } from './call/call.workflow.js';
