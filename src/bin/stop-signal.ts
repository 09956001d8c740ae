export interface StopSignal {
  readonly promise: Promise<void>;
  readonly signal: AbortSignal;
}

/** The first SIGINT or SIGTERM asks for a clean stop; the second one ends the process at once. */
export function stopSignal(): StopSignal {
  const controller = new AbortController();
  const promise = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve());
  });
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(1);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { promise, signal: controller.signal };
}
