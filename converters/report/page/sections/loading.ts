import { type Html, html } from '../html.ts';
import { section } from '../parts.ts';

/** How to go on from here. */
export function loadingSection(): Html {
  const pandas = `import pandas as pd

traces = pd.read_parquet("ocsf_traces.parquet")
served = traces[traces.event_kind == "http.server"]
print(served.groupby("service").duration.describe())`;
  const duckdb = `SELECT service, http_route, count(*) AS requests,
       quantile_cont(duration, 0.99) AS p99_ms
FROM 'ocsf_traces.parquet'
WHERE event_kind = 'http.server'
GROUP BY ALL ORDER BY requests DESC;`;
  return section(
    {
      id: 'loading',
      title: 'Load it',
      lead: 'Four flat files with the same columns (logs, traces, metrics, changes), and the nested OCSF events by class under ocsf/. Run this in the folder of the dataset, where its manifest.json is.',
    },
    html`<div class="codes">
<div><h3>pandas</h3><pre tabindex="0"><code>${pandas}</code></pre></div>
<div><h3>DuckDB</h3><pre tabindex="0"><code>${duckdb}</code></pre></div>
</div>
<p class="none">Is it whole and valid? <code>npx faultline verify</code> says so of that folder.</p>`,
  );
}
