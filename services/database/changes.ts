/** `invalid`: a statement with CONCURRENTLY was cut short. */
export type IndexState = 'absent' | 'valid' | 'invalid';

/** A migration that is released, and applied or taken back while the storefront runs. */
export interface SchemaChange {
  /** number and name, never changed once released */
  id: string;
  /** the index that it makes or drops */
  index: string;
  /** how that index is before it is applied */
  pending: IndexState;
  /** statements, each run by itself: outside of a transaction, since CONCURRENTLY wants it so */
  up: readonly string[];
  down: readonly string[];
}

/** Released and pending: the database's set-up leaves them alone. */
export const schemaChanges: readonly SchemaChange[] = [
  {
    id: '0006_orders_lookup',
    index: 'orders_status_idx',
    pending: 'absent',
    up: [
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_status_idx ON orders (status, created_at)',
      'ANALYZE orders',
    ],
    down: ['DROP INDEX CONCURRENTLY IF EXISTS orders_status_idx', 'ANALYZE orders'],
  },
  {
    id: '0007_orders_cleanup',
    index: 'orders_user_idx',
    pending: 'valid',
    up: ['DROP INDEX CONCURRENTLY IF EXISTS orders_user_idx', 'ANALYZE orders'],
    down: [
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_user_idx ON orders (user_id, created_at DESC)',
      'ANALYZE orders',
    ],
  },
];
