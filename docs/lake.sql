-- Made by `npm run docs` from the schemas that the converter writes: do not edit.
-- Athena: one table a class over the nested files of all datasets that were sealed with `--partition eventDay`.
-- A query has to name its run ids (run_id is injected), so that no folder is listed.
CREATE DATABASE IF NOT EXISTS windows;
CREATE DATABASE IF NOT EXISTS lake;

CREATE EXTERNAL TABLE windows.base_event (
  `time` bigint,
  `category_uid` int,
  `category_name` string,
  `class_uid` int,
  `class_name` string,
  `activity_id` int,
  `activity_name` string,
  `type_uid` bigint,
  `severity_id` int,
  `severity` string,
  `status_id` int,
  `status` string,
  `status_code` string,
  `status_detail` string,
  `message` string,
  `metadata` struct<`version`:string,`profiles`:array<string>,`uid`:string,`event_code`:string,`product`:struct<`name`:string,`vendor_name`:string,`version`:string>,`correlation_uid`:string,`original_event_uid`:string,`log_level`:string,`log_name`:string,`sequence`:bigint,`transformation_info_list`:array<struct<`name`:string,`lang`:string,`product`:struct<`name`:string,`version`:string>>>>,
  `device` struct<`type_id`:int,`name`:string,`instance_uid`:string>,
  `unmapped` string
)
PARTITIONED BY (run_id string, eventday string)
STORED AS PARQUET
LOCATION 's3://storefront-datasets/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.run_id.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://storefront-datasets/${run_id}/ocsf/base_event/eventDay=${eventday}/'
);

CREATE EXTERNAL TABLE windows.process_activity (
  `time` bigint,
  `category_uid` int,
  `category_name` string,
  `class_uid` int,
  `class_name` string,
  `activity_id` int,
  `activity_name` string,
  `type_uid` bigint,
  `severity_id` int,
  `severity` string,
  `status_id` int,
  `status` string,
  `status_code` string,
  `status_detail` string,
  `message` string,
  `metadata` struct<`version`:string,`profiles`:array<string>,`uid`:string,`event_code`:string,`product`:struct<`name`:string,`vendor_name`:string,`version`:string>,`correlation_uid`:string,`original_event_uid`:string,`log_level`:string,`log_name`:string,`sequence`:bigint,`transformation_info_list`:array<struct<`name`:string,`lang`:string,`product`:struct<`name`:string,`version`:string>>>>,
  `device` struct<`type_id`:int,`name`:string,`instance_uid`:string>,
  `actor` struct<`app_name`:string>,
  `process` struct<`pid`:bigint,`uid`:string,`name`:string>,
  `exit_code` bigint,
  `unmapped` string
)
PARTITIONED BY (run_id string, eventday string)
STORED AS PARQUET
LOCATION 's3://storefront-datasets/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.run_id.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://storefront-datasets/${run_id}/ocsf/process_activity/eventDay=${eventday}/'
);

CREATE EXTERNAL TABLE windows.authentication (
  `time` bigint,
  `category_uid` int,
  `category_name` string,
  `class_uid` int,
  `class_name` string,
  `activity_id` int,
  `activity_name` string,
  `type_uid` bigint,
  `severity_id` int,
  `severity` string,
  `status_id` int,
  `status` string,
  `status_code` string,
  `status_detail` string,
  `message` string,
  `metadata` struct<`version`:string,`profiles`:array<string>,`uid`:string,`event_code`:string,`product`:struct<`name`:string,`vendor_name`:string,`version`:string>,`correlation_uid`:string,`original_event_uid`:string,`log_level`:string,`log_name`:string,`sequence`:bigint,`transformation_info_list`:array<struct<`name`:string,`lang`:string,`product`:struct<`name`:string,`version`:string>>>>,
  `device` struct<`type_id`:int,`name`:string,`instance_uid`:string>,
  `duration` bigint,
  `start_time` bigint,
  `end_time` bigint,
  `user` struct<`name`:string,`uid`:string,`type_id`:int,`type`:string>,
  `service` struct<`name`:string,`version`:string>,
  `auth_protocol_id` int,
  `auth_protocol` string,
  `is_remote` boolean,
  `dst_endpoint` struct<`svc_name`:string>,
  `unmapped` string
)
PARTITIONED BY (run_id string, eventday string)
STORED AS PARQUET
LOCATION 's3://storefront-datasets/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.run_id.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://storefront-datasets/${run_id}/ocsf/authentication/eventDay=${eventday}/'
);

CREATE EXTERNAL TABLE windows.http_activity (
  `time` bigint,
  `category_uid` int,
  `category_name` string,
  `class_uid` int,
  `class_name` string,
  `activity_id` int,
  `activity_name` string,
  `type_uid` bigint,
  `severity_id` int,
  `severity` string,
  `status_id` int,
  `status` string,
  `status_code` string,
  `status_detail` string,
  `message` string,
  `metadata` struct<`version`:string,`profiles`:array<string>,`uid`:string,`event_code`:string,`product`:struct<`name`:string,`vendor_name`:string,`version`:string>,`correlation_uid`:string,`original_event_uid`:string,`log_level`:string,`log_name`:string,`sequence`:bigint,`transformation_info_list`:array<struct<`name`:string,`lang`:string,`product`:struct<`name`:string,`version`:string>>>>,
  `device` struct<`type_id`:int,`name`:string,`instance_uid`:string>,
  `duration` bigint,
  `start_time` bigint,
  `end_time` bigint,
  `http_request` struct<`uid`:string,`http_method`:string,`version`:string,`user_agent`:string,`body_length`:bigint,`url`:struct<`path`:string,`url_string`:string,`query_string`:string,`scheme`:string,`hostname`:string,`port`:int>>,
  `http_response` struct<`code`:int,`latency`:bigint,`body_length`:bigint>,
  `src_endpoint` struct<`svc_name`:string,`ip`:string,`port`:int>,
  `dst_endpoint` struct<`svc_name`:string,`hostname`:string,`ip`:string,`port`:int>,
  `observation_point_id` int,
  `observation_point` string,
  `connection_info` struct<`direction_id`:int,`direction`:string>,
  `actor` struct<`user`:struct<`uid`:string>>,
  `trace` struct<`uid`:string,`service`:struct<`name`:string,`version`:string>,`span`:struct<`uid`:string,`parent_uid`:string,`operation`:string,`start_time`:bigint,`end_time`:bigint,`duration`:bigint,`status_code`:string>>,
  `unmapped` string
)
PARTITIONED BY (run_id string, eventday string)
STORED AS PARQUET
LOCATION 's3://storefront-datasets/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.run_id.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://storefront-datasets/${run_id}/ocsf/http_activity/eventDay=${eventday}/'
);

CREATE EXTERNAL TABLE windows.application_lifecycle (
  `time` bigint,
  `category_uid` int,
  `category_name` string,
  `class_uid` int,
  `class_name` string,
  `activity_id` int,
  `activity_name` string,
  `type_uid` bigint,
  `severity_id` int,
  `severity` string,
  `status_id` int,
  `status` string,
  `status_code` string,
  `status_detail` string,
  `message` string,
  `metadata` struct<`version`:string,`profiles`:array<string>,`uid`:string,`event_code`:string,`product`:struct<`name`:string,`vendor_name`:string,`version`:string>,`correlation_uid`:string,`original_event_uid`:string,`log_level`:string,`log_name`:string,`sequence`:bigint,`transformation_info_list`:array<struct<`name`:string,`lang`:string,`product`:struct<`name`:string,`version`:string>>>>,
  `device` struct<`type_id`:int,`name`:string,`instance_uid`:string>,
  `app` struct<`name`:string,`uid`:string,`version`:string,`feature`:struct<`name`:string>>,
  `actor` struct<`user`:struct<`name`:string>>,
  `unmapped` string
)
PARTITIONED BY (run_id string, eventday string)
STORED AS PARQUET
LOCATION 's3://storefront-datasets/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.run_id.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://storefront-datasets/${run_id}/ocsf/application_lifecycle/eventDay=${eventday}/'
);

CREATE EXTERNAL TABLE windows.api_activity (
  `time` bigint,
  `category_uid` int,
  `category_name` string,
  `class_uid` int,
  `class_name` string,
  `activity_id` int,
  `activity_name` string,
  `type_uid` bigint,
  `severity_id` int,
  `severity` string,
  `status_id` int,
  `status` string,
  `status_code` string,
  `status_detail` string,
  `message` string,
  `metadata` struct<`version`:string,`profiles`:array<string>,`uid`:string,`event_code`:string,`product`:struct<`name`:string,`vendor_name`:string,`version`:string>,`correlation_uid`:string,`original_event_uid`:string,`log_level`:string,`log_name`:string,`sequence`:bigint,`transformation_info_list`:array<struct<`name`:string,`lang`:string,`product`:struct<`name`:string,`version`:string>>>>,
  `device` struct<`type_id`:int,`name`:string,`instance_uid`:string>,
  `duration` bigint,
  `start_time` bigint,
  `end_time` bigint,
  `actor` struct<`app_name`:string,`user`:struct<`name`:string>>,
  `api` struct<`operation`:string,`service`:struct<`name`:string>,`request`:struct<`uid`:string>>,
  `src_endpoint` struct<`svc_name`:string,`ip`:string,`port`:int>,
  `dst_endpoint` struct<`svc_name`:string,`hostname`:string,`ip`:string,`port`:int>,
  `resources` array<struct<`uid`:string,`name`:string,`type`:string,`role_id`:int,`role`:string>>,
  `trace` struct<`uid`:string,`service`:struct<`name`:string,`version`:string>,`span`:struct<`uid`:string,`parent_uid`:string,`operation`:string,`start_time`:bigint,`end_time`:bigint,`duration`:bigint,`status_code`:string>>,
  `unmapped` string
)
PARTITIONED BY (run_id string, eventday string)
STORED AS PARQUET
LOCATION 's3://storefront-datasets/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.run_id.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://storefront-datasets/${run_id}/ocsf/api_activity/eventDay=${eventday}/'
);

CREATE EXTERNAL TABLE windows.datastore_activity (
  `time` bigint,
  `category_uid` int,
  `category_name` string,
  `class_uid` int,
  `class_name` string,
  `activity_id` int,
  `activity_name` string,
  `type_uid` bigint,
  `severity_id` int,
  `severity` string,
  `status_id` int,
  `status` string,
  `status_code` string,
  `status_detail` string,
  `message` string,
  `metadata` struct<`version`:string,`profiles`:array<string>,`uid`:string,`event_code`:string,`product`:struct<`name`:string,`vendor_name`:string,`version`:string>,`correlation_uid`:string,`original_event_uid`:string,`log_level`:string,`log_name`:string,`sequence`:bigint,`transformation_info_list`:array<struct<`name`:string,`lang`:string,`product`:struct<`name`:string,`version`:string>>>>,
  `device` struct<`type_id`:int,`name`:string,`instance_uid`:string>,
  `duration` bigint,
  `start_time` bigint,
  `end_time` bigint,
  `type_id` int,
  `type` string,
  `actor` struct<`app_name`:string,`user`:struct<`name`:string>>,
  `src_endpoint` struct<`svc_name`:string>,
  `dst_endpoint` struct<`svc_name`:string,`hostname`:string,`ip`:string,`port`:int>,
  `database` struct<`name`:string,`type_id`:int,`type`:string>,
  `table` struct<`name`:string>,
  `query_info` struct<`name`:string,`query_string`:string>,
  `unmapped` string
)
PARTITIONED BY (run_id string, eventday string)
STORED AS PARQUET
LOCATION 's3://storefront-datasets/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.run_id.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://storefront-datasets/${run_id}/ocsf/datastore_activity/eventDay=${eventday}/'
);

CREATE EXTERNAL TABLE windows.application_error (
  `time` bigint,
  `category_uid` int,
  `category_name` string,
  `class_uid` int,
  `class_name` string,
  `activity_id` int,
  `activity_name` string,
  `type_uid` bigint,
  `severity_id` int,
  `severity` string,
  `status_id` int,
  `status` string,
  `status_code` string,
  `status_detail` string,
  `message` string,
  `metadata` struct<`version`:string,`profiles`:array<string>,`uid`:string,`event_code`:string,`product`:struct<`name`:string,`vendor_name`:string,`version`:string>,`correlation_uid`:string,`original_event_uid`:string,`log_level`:string,`log_name`:string,`sequence`:bigint,`transformation_info_list`:array<struct<`name`:string,`lang`:string,`product`:struct<`name`:string,`version`:string>>>>,
  `device` struct<`type_id`:int,`name`:string,`instance_uid`:string>,
  `raw_data` string,
  `unmapped` string
)
PARTITIONED BY (run_id string, eventday string)
STORED AS PARQUET
LOCATION 's3://storefront-datasets/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.run_id.type' = 'injected',
  'projection.eventday.type' = 'date',
  'projection.eventday.format' = 'yyyyMMdd',
  'projection.eventday.range' = '20260101,NOW',
  'storage.location.template' = 's3://storefront-datasets/${run_id}/ocsf/application_error/eventDay=${eventday}/'
);
