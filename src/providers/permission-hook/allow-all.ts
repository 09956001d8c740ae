import type { Admission } from '../../ports/admission.js';

/** Stands in where no permission hook is configured. */
export const allowAll: Admission = { isOpen: true, ask: async () => 'allowed' };
