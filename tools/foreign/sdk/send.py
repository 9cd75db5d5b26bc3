"""Sends traces, logs and metrics with OpenTelemetry's SDK for Python, as a service of somebody else would, over OTLP/HTTP.

usage: send.py http://HOST:PORT REQUESTS

Prints what its exporters were given and the collector has taken, as JSON: {"spans": [{trace_id, span_id, name, attributes}],
"logs": [{body, severity, span_id, attributes}], "points": [{name, type, buckets, attributes}]}.
"""
import json
import logging
import sys

from opentelemetry import metrics, trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

sent = {"spans": [], "logs": [], "points": []}


def taken(result):
    if result.name != "SUCCESS":
        sys.exit(f"an export was answered {result.name}")
    return result


class Spans(OTLPSpanExporter):
    def export(self, spans):
        result = taken(super().export(spans))
        for span in spans:
            ids = span.context
            sent["spans"].append({
                "trace_id": f"{ids.trace_id:032x}", "span_id": f"{ids.span_id:016x}", "name": span.name,
                "attributes": dict(span.attributes),
            })  # fmt: skip
        return result


class Logs(OTLPLogExporter):
    def export(self, batch):
        result = taken(super().export(batch))
        for record in (each.log_record for each in batch):
            sent["logs"].append({
                "body": record.body, "severity": record.severity_number.value, "span_id": f"{record.span_id or 0:016x}",
                "attributes": dict(record.attributes),
            })  # fmt: skip
        return result


class Metrics(OTLPMetricExporter):
    def export(self, metrics_data, *args, **options):
        result = taken(super().export(metrics_data, *args, **options))
        for of_resource in metrics_data.resource_metrics:
            for of_scope in of_resource.scope_metrics:
                for metric in of_scope.metrics:
                    for point in metric.data.data_points:
                        sent["points"].append({
                            "name": metric.name, "type": type(metric.data).__name__, "attributes": dict(point.attributes),
                            "buckets": len(getattr(point, "bucket_counts", ())),
                        })  # fmt: skip
        return result


def serve(tracer, orders, number):
    """One request: a server span with a query, a call, a message and an own step below it, with every kind of value an attribute has."""
    attributes = {
        "http.request.method": "GET", "http.route": "/orders/{id}", "url.path": f"/orders/{number}", "url.scheme": "https",
        "http.response.status_code": 500 if number % 10 == 0 else 200, "user_agent.original": f"shop-app/{number}",
        "shop.cart.items": number, "shop.discount": number + 0.25, "shop.gift": number % 2 == 0,
        "shop.coupons": [f"spring-{number}", "ümläut ✓"], "shop.sizes": [number, 38],
    }  # fmt: skip
    with tracer.start_as_current_span("GET /orders/{id}", kind=SpanKind.SERVER, attributes=attributes) as server:
        logging.info("order %d asked for", number, extra={"shop.order": number, "shop.channel": "web"})
        query = {"db.system.name": "postgresql", "db.query.text": "SELECT * FROM orders WHERE id = $1", "db.namespace": "shop"}
        with tracer.start_as_current_span("SELECT orders", kind=SpanKind.CLIENT, attributes={**query, "shop.shard": f"s{number}"}):
            pass
        call = {"http.request.method": "POST", "url.full": f"https://pay.example/charge/{number}", "server.address": "pay.example"}
        with tracer.start_as_current_span("POST", kind=SpanKind.CLIENT, attributes={**call, "http.response.status_code": 201}):
            pass
        message = {"messaging.system": "kafka", "messaging.destination.name": "paid", "messaging.operation.type": "send"}
        with tracer.start_as_current_span("send paid", kind=SpanKind.PRODUCER, attributes={**message, "shop.partition": number}):
            pass
        with tracer.start_as_current_span("price", links=[Link(server.get_span_context(), {"why": "again"})]) as step:
            step.add_event("priced", {"cents": number})
            if number % 10 == 0:
                try:
                    raise ValueError(f"no price for {number}")
                except ValueError as error:
                    step.record_exception(error)
                    step.set_status(Status(StatusCode.ERROR, str(error)))
                    logging.exception("no price", extra={"shop.order": number})
        orders(number)


def main(endpoint, requests):
    resource = Resource.create({"service.name": "shop", "service.version": "3.1.0", "service.instance.id": "shop-7", "host.name": "shelf-3"})
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(BatchSpanProcessor(Spans(endpoint=f"{endpoint}/v1/traces")))
    trace.set_tracer_provider(traces)
    logs = LoggerProvider(resource=resource)
    logs.add_log_record_processor(BatchLogRecordProcessor(Logs(endpoint=f"{endpoint}/v1/logs")))
    logging.getLogger().addHandler(LoggingHandler(logger_provider=logs))
    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    exponential = View(instrument_type=Histogram, instrument_name="shop.sizes", aggregation=ExponentialBucketHistogramAggregation())
    reader = PeriodicExportingMetricReader(Metrics(endpoint=f"{endpoint}/v1/metrics"), export_interval_millis=3_600_000)
    meters = MeterProvider(resource=resource, metric_readers=[reader], views=[exponential])
    metrics.set_meter_provider(meters)

    meter = metrics.get_meter("shop")
    counter = meter.create_counter("shop.orders", unit="{order}")
    carts = meter.create_up_down_counter("shop.carts")
    seconds = meter.create_histogram("shop.seconds", unit="s")
    sizes = meter.create_histogram("shop.sizes", unit="By")
    meter.create_observable_gauge("shop.stock", [lambda _: [metrics.Observation(7, {"shelf": "a"}), metrics.Observation(0.5, {"shelf": "b"})]])

    def orders(number):
        counter.add(1, {"channel": "web" if number % 2 else "app"})
        carts.add(-1 if number % 3 == 0 else 1)
        seconds.record(number / 100, {"channel": "web"})
        sizes.record(1000 + number * number)

    tracer = trace.get_tracer("shop.orders")
    for number in range(requests):
        serve(tracer, orders, number)
    structured = logs.get_logger("shop.audit")
    structured.emit(body={"did": ["login", "export"], "who": "admin"}, severity_number=SeverityNumber.WARN, attributes={"audit": True})
    for each in (traces, logs, meters):
        each.shutdown()
    print(json.dumps(sent))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]))
