import { createRequire } from 'node:module';
import path from 'node:path';
import { type RequestHandler, Router } from 'express';

const ASSETS = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-standalone-preset.js',
  'favicon-32x32.png',
] as const;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Switchyard API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/swagger-ui-standalone-preset.js"></script>
<script src="/docs/init.js"></script>
</body>
</html>
`;

/** A file of its own: the content security policy allows no inline script. */
const INIT = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
});
`;

/** `/openapi.json` and a page that shows it; the document is written once. */
export function docsRoutes(document: object): Router {
  const assets = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist'));
  const router = Router({ strict: true });
  router.get('/openapi.json', text('application/json', JSON.stringify(document)));
  router.get(['/docs', '/docs/'], text('text/html', PAGE));
  router.get('/docs/init.js', text('text/javascript', INIT));
  for (const asset of ASSETS) {
    router.get(`/docs/${asset}`, (_req, res) => {
      res.sendFile(asset, { root: assets, maxAge: '1h' });
    });
  }
  return router;
}

const text =
  (type: string, body: string): RequestHandler =>
  (_req, res) => {
    res.type(type).send(body);
  };
