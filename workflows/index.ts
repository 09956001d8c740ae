import './stack-traces.js';

export { call } from './call/call.workflow.js';
export { callbacks } from './callbacks/callbacks.workflow.js';
export { release } from './release/release.workflow.js';
export { webhookDelivery } from './webhook-delivery/webhook-delivery.workflow.js';
