import type { Express, RequestHandler } from 'express';

const DRAINING = 'draining';

export const startDraining = (app: Express): void => void app.enable(DRAINING);
export const isDraining = (app: Pick<Express, 'enabled'>): boolean => app.enabled(DRAINING);

/** Asks clients that kept their connection to open the next one elsewhere. */
export const releaseConnections: RequestHandler = (req, res, next) => {
  if (isDraining(req.app)) res.set('Connection', 'close');
  next();
};
