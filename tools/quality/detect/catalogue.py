"""The metrics that become features. None of them tells a version, a process, or how long the run has lasted."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """A metric of the dataset: series whose labels include these, as they stand or as a rate a second."""

    feature: str
    name: str
    how: Literal["value", "rate"] = "value"
    over: Literal["sum", "mean", "max"] = "mean"
    labels: dict[str, str] = field(default_factory=dict)


def by_state(feature: str, name: str, states: tuple[str, ...]) -> tuple[Metric, ...]:
    """One feature a value of the label `state`."""
    return tuple(Metric(f"{feature}_{state}", name, "value", "sum", {"state": state}) for state in states)


METRICS: tuple[Metric, ...] = (
    Metric("heap_used_bytes", "nodejs_heap_size_used_bytes"),
    Metric("heap_total_bytes", "nodejs_heap_size_total_bytes"),
    Metric("resident_memory_bytes", "process_resident_memory_bytes"),
    Metric("cpu", "process_cpu_seconds_total", "rate"),
    Metric("loop_lag_mean_seconds", "nodejs_eventloop_lag_mean_seconds"),
    Metric("loop_lag_p99_seconds", "nodejs_eventloop_lag_p99_seconds", "value", "max"),
    Metric("loop_lag_max_seconds", "nodejs_eventloop_lag_max_seconds", "value", "max"),
    Metric("gc_seconds", "nodejs_gc_duration_seconds_sum", "rate", "sum"),
    Metric("gc_runs", "nodejs_gc_duration_seconds_count", "rate", "sum"),
    Metric("gc_major_seconds", "nodejs_gc_duration_seconds_sum", "rate", "sum", {"kind": "major"}),
    Metric("active_handles", "nodejs_active_handles_total"),
    Metric("requests_in_flight", "http_requests_in_flight", "value", "max"),
    *by_state("pool", "db_pool_connections", ("total", "idle", "waiting")),
    *by_state("queue_jobs", "payment_queue_jobs", ("waiting", "active", "delayed")),
    Metric("queue_oldest_job_seconds", "payment_queue_oldest_job_age_seconds", "value", "max"),
    Metric("jobs_dead_lettered", "payment_jobs_dead_lettered_total", "rate", "sum"),
    Metric("job_wait_seconds", "payment_job_wait_seconds_sum", "rate", "sum"),
    *by_state("db_backends", "db_backends", ("active", "idle", "idle in transaction")),
    Metric("db_locks_waiting", "db_locks_waiting", "value", "max"),
    Metric("db_oldest_transaction_seconds", "db_oldest_transaction_seconds", "value", "max"),
    Metric("backends", "postgresql.backends", "value", "sum"),
    Metric("commits", "postgresql.commits", "rate", "sum"),
    Metric("rollbacks", "postgresql.rollbacks", "rate", "sum"),
    Metric("blocks_hit", "postgresql.blocks_read", "rate", "sum", {"source": "heap_hit"}),
    Metric("blocks_read", "postgresql.blocks_read", "rate", "sum", {"source": "heap_read"}),
    Metric("index_scans", "postgresql.index.scans", "rate", "sum"),
    Metric("sequential_scans", "postgresql.sequential_scans", "rate", "sum"),
    Metric("rows_changed", "postgresql.operations", "rate", "sum"),
    Metric("clients", "redis.clients.connected"),
    Metric("clients_blocked", "redis.clients.blocked"),
    Metric("commands", "redis.commands.processed", "rate"),
    Metric("store_memory_bytes", "redis.memory.used"),
    Metric("keys", "redis.db.keys", "value", "sum"),
    Metric("keys_evicted", "redis.keys.evicted", "rate"),
    Metric("store_cpu", "redis.cpu.time", "rate", "sum"),
    Metric("net_output_bytes", "redis.net.output", "rate"),
)

LOOKUPS = "cache_lookups_total"

# Name, what is counted, and what makes the whole with it.
SHARES: tuple[tuple[str, Metric, Metric], ...] = (
    (
        "cache_hit_share",
        Metric("hit", LOOKUPS, "rate", "sum", {"result": "hit"}),
        Metric("miss", LOOKUPS, "rate", "sum", {"result": "miss"}),
    ),
    (
        "keyspace_hit_share",
        Metric("hit", "redis.keyspace.hits", "rate", "sum"),
        Metric("miss", "redis.keyspace.misses", "rate", "sum"),
    ),
)
