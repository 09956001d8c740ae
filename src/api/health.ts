import { Router } from 'express';
import { isDraining } from './draining.js';

/** What must work before this process can serve: a name per check. */
export type Readiness = () => Promise<Readonly<Record<string, boolean>>>;

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

const statusOf = (checks: Readonly<Record<string, boolean>>): 'ready' | 'not ready' =>
  Object.values(checks).every((passed) => passed) ? 'ready' : 'not ready';
