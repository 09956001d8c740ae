import { Router } from 'express';
import { isDraining } from './draining.js';

/**
 * What this process needs, a name per check. `degraded`: something is refused, but live calls are
 * served, so taking the process out of rotation would only make it worse.
 */
export type Readiness = () => Promise<Readonly<Record<string, Check>>>;
export type Check = 'ok' | 'degraded' | 'down';

/** `/healthz`: this process runs. `/readyz`: it can serve, and is not about to stop. */
export function healthRoutes(readiness: Readiness): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  router.get('/readyz', async (req, res) => {
    const checks = await readiness();
    const status = isDraining(req.app) ? 'draining' : statusOf(checks);
    res.set('Cache-Control', 'no-store');
    res.status(status === 'ready' ? 200 : 503).json({ status, checks });
  });
  return router;
}

const statusOf = (checks: Readonly<Record<string, Check>>): 'ready' | 'not ready' =>
  Object.values(checks).includes('down') ? 'not ready' : 'ready';
