import type { Config } from '../config.js';
import type { CallSettings } from '../service/dependencies.js';

export const callSettings = (config: Config): CallSettings => ({
  ringTimeoutMs: config.CALLS_RING_TIMEOUT_SECONDS * 1_000,
  limits: {
    maxDurationMs: config.CALLS_MAX_DURATION_SECONDS * 1_000,
    allLeftGraceMs: config.CALLS_ALL_LEFT_GRACE_SECONDS * 1_000,
    ...((config.MEDIA_REPORTS === 'required' || config.TRTC_CALLBACK_KEY !== undefined) && {
      connectMs: config.CALLS_CONNECT_TIMEOUT_SECONDS * 1_000,
    }),
  },
});
