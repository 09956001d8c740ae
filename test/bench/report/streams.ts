import { percentile } from '../figures/statistics.js';
import type { EndpointCost } from '../measures/endpoint-cost.js';
import type { Streams } from '../measures/streams.js';
import { short, table } from './markdown.js';

export const streamSection = (
  machine: readonly string[],
  streams: Streams,
  endpoint: EndpointCost,
): string =>
  [
    machine.map((fact) => `- ${fact}`).join('\n'),
    '### Idle streams on one process',
    table(
      ['', 'streams', 'KiB each', 'fan-out p50 ms', 'fan-out p99 ms', 'events', 'lost'],
      [
        [
          'Switchyard, api',
          streams.streams,
          short(streams.kbEach),
          short(percentile(streams.latency, 0.5)),
          short(percentile(streams.latency, 0.99)),
          streams.latency.length,
          streams.lost,
        ],
      ],
    ),
    '### What one endpoint adds to a call',
    table(
      ['', 'calls', 'runs of its workflow', 'events', 'bytes of history'],
      [
        [
          'create, accept, two joins, hangup',
          endpoint.calls,
          short(endpoint.runs),
          short(endpoint.events),
          short(endpoint.bytes),
        ],
      ],
    ),
  ].join('\n\n');
