/** A switch of the product that can be thrown while it runs. */
export interface Flag {
  flag: string;
  /** the service whose behaviour it changes */
  service: string;
  /** what a new database starts with */
  value: boolean;
  meaning: string;
}

/** Every flag there is; the database-setup task writes them to the table, and only these can be changed. */
export const flags: readonly Flag[] = [
  {
    flag: 'search_ranking_v2',
    service: 'web-api',
    value: false,
    meaning: 'rank search results by pieces sold before text match',
  },
  {
    flag: 'pricing_v2',
    service: 'web-api',
    value: false,
    meaning: 'two per cent off an item of which five or more are bought',
  },
  {
    flag: 'recent_views_v2',
    service: 'web-api',
    value: false,
    meaning: 'keep what customers view, for suggestions',
  },
  {
    flag: 'recent_searches_v2',
    service: 'web-api',
    value: false,
    meaning: 'keep what customers search for, for suggestions',
  },
];
