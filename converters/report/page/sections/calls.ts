import { callList } from '../../draw/call-list.ts';
import { serviceMap } from '../../draw/service-map.ts';
import { waterfall } from '../../draw/waterfall.ts';
import type { Facts, RequestFacts } from '../../facts.ts';
import { count, duration, percent, short } from '../figures.ts';
import { type Html, html } from '../html.ts';
import { asTable, section, sized } from '../parts.ts';

/** More lines than these cannot be followed. */
const EDGES = 40;

/** Who calls whom. */
export function mapSection({ calls, otherCalls, about }: Facts): Html {
  if (calls.length === 0) return html``;
  const seconds = (about.window.end_ms - about.window.start_ms) / 1000;
  const shown = calls.slice(0, EDGES);
  const drawn =
    calls.length > EDGES
      ? ` Drawn are the ${EDGES} most used of ${count(calls.length)}; the table lists all.`
      : '';
  const others = otherCalls > 0 ? ` ${count(otherCalls)} calls between others are in neither.` : '';
  const lead = `From the spans of those who call: calls a second over the whole run, and the share that failed (red and dashed from 1 %). The thicker, the more. Queues are dashed boxes, and stores have the port that their callers know them by.${drawn}${others}`;
  const rows = calls.map((call) => [
    ...[
      call.from,
      call.to,
      count(call.calls),
      short(call.calls / seconds),
      count(call.failed),
      percent(call.failed / call.calls),
    ],
  ]);
  return section(
    { id: 'map', title: 'Service map', lead },
    html`<figure class="panel" id="service-map"><div class="wide">${serviceMap(shown, { seconds })}</div><div class="narrow">${callList(shown, { seconds })}</div></figure>
${asTable({ caption: 'Service map', head: ['from', 'to', 'calls', 'calls/s', 'failed', 'share failed'], rows })}`,
  );
}

const TITLES = { typical: 'A typical request', slow: 'A slow request', failed: 'A failed request' } as const;

/** Three requests of the run, span by span. */
export function requestsSection({ requests }: Facts): Html {
  if (requests.length === 0) return html``;
  const lead = 'Real ones: each can be found by its trace id. Starts are to the millisecond.';
  const parts = requests.map(
    (request) => html`<div class="request" id="request-${request.what}">
<h3>${TITLES[request.what]} <small>${request.route}, nearest to ${request.why}</small></h3>
<p class="id">trace <code>${request.traceId}</code></p>
<figure class="panel">${sized((size) => waterfall(request, size))}</figure>
${request.more > 0 ? html`<p class="none">${request.more} more spans are in the dataset.</p>` : null}
${asTable(spansTable(request))}
</div>`,
  );
  return section({ id: 'requests', title: 'Three requests', lead }, html`${parts}`);
}

const spansTable = ({ what, spans }: RequestFacts) => ({
  caption: `Spans of the ${what} request`,
  head: ['depth', 'service', 'span', 'starts after, ms', 'duration', 'status'],
  rows: spans.map(({ depth, service, name, startMs, durationMs, failed }) => [
    ...[String(depth), service, name, short(startMs), duration(durationMs), failed ? 'failed' : 'ok'],
  ]),
});
