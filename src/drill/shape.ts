/**
 * How an incident looks from outside: names and sizes. The three shapes share none of them, so that a rule which reads
 * names instead of signals gives a wrong answer in at least one of them.
 */
export interface Shape {
  readonly number: 1 | 2 | 3;
  readonly title: string;
  /** Everything that can come through PgBouncer does; sessions then have its address instead of a pod's. */
  readonly throughPgBouncer: boolean;
  readonly names: {
    /** The monitored database as the configuration and alerts call it, and its name in PostgreSQL. */
    readonly monitored: string;
    readonly database: string;
    readonly replica: string;
    readonly pooler: string;
    /** The service that suffers: its Deployment, its application_name, its namespace and its role. */
    readonly service: string;
    readonly services: string;
    readonly serviceRole: string;
    /** A second service in the same namespace, for scenarios whose culprit is a service. */
    readonly other: string;
    readonly otherRole: string;
    /** The batch job that may be to blame, and one that merely runs at the time; both in the namespace `batches`. */
    readonly batches: string;
    readonly batch: string;
    readonly batchRole: string;
    readonly innocentBatch: string;
    readonly innocentBatchRole: string;
    /** A person with a terminal, and the role and application_name of a BI tool. */
    readonly person: string;
    readonly terminal: string;
    readonly biRole: string;
    readonly biTool: string;
    /** The migration tool: role and application_name of whoever runs DDL. */
    readonly migrator: string;
    readonly migration: string;
    /** Tables: the busy one (id, amount, note), and one beside it (id, note) that no incident touches. */
    readonly busyTable: string;
    readonly sideTable: string;
    /** Name of a replication slot and of a prepared transaction. */
    readonly slot: string;
    readonly prepared: string;
    /** A route of the service's code, for sqlcommenter tags. */
    readonly route: string;
  };
  readonly size: {
    readonly maxConnections: number;
    /** Rows of the busy table. */
    readonly rows: number;
    /** Pods of the culprit, and sessions of each. */
    readonly pods: number;
    readonly sessionsPerPod: number;
    /** Sessions that wait where somebody waits. */
    readonly waiters: number;
    /** Connections of the service that suffers. */
    readonly pool: number;
    /** Further sessions of light traffic. */
    readonly noise: number;
  };
}

const shop: Shape = {
  number: 1,
  title: 'a shop',
  throughPgBouncer: false,
  names: {
    monitored: 'orders-primary',
    database: 'orders',
    replica: 'replica-1',
    pooler: 'pgbouncer-1',
    service: 'order-service',
    services: 'shop',
    serviceRole: 'order_service',
    other: 'cart-api',
    otherRole: 'cart_api',
    batches: 'analytics',
    batch: 'report-generator',
    batchRole: 'report_generator',
    innocentBatch: 'newsletter-counts',
    innocentBatchRole: 'newsletter',
    person: 'dora',
    terminal: 'psql',
    biRole: 'metabase',
    biTool: 'Metabase',
    migrator: 'flyway',
    migration: 'Flyway Community Edition',
    busyTable: 'orders',
    sideTable: 'audit_log',
    slot: 'cdc_orders',
    prepared: 'order-4711',
    route: '/checkout',
  },
  size: { maxConnections: 60, rows: 2_000, pods: 2, sessionsPerPod: 3, waiters: 8, pool: 4, noise: 0 },
};

const logistics: Shape = {
  number: 2,
  title: 'a carrier',
  throughPgBouncer: false,
  names: {
    monitored: 'fleet-db',
    database: 'fleet',
    replica: 'fleet-standby-b',
    pooler: 'bouncer-fleet-a',
    service: 'dispatcher',
    services: 'transport',
    serviceRole: 'svc_dispatch',
    other: 'tracking-gateway',
    otherRole: 'svc_tracking',
    batches: 'night-shift',
    batch: 'route-planner',
    batchRole: 'planner_rw',
    innocentBatch: 'fuel-import',
    innocentBatchRole: 'fuel_rw',
    person: 'k.okafor',
    terminal: 'DBeaver 24.2.3 - SQLEditor <Script-7.sql>',
    biRole: 'tableau_ro',
    biTool: 'Tableau 2024.2',
    migrator: 'schema_owner',
    migration: 'liquibase',
    busyTable: 'shipments',
    sideTable: 'gps_archive',
    slot: 'debezium_fleet',
    prepared: 'xa-9f2c-77',
    route: 'ShipmentsController#index',
  },
  size: { maxConnections: 90, rows: 6_000, pods: 3, sessionsPerPod: 4, waiters: 14, pool: 7, noise: 4 },
};

const clinic: Shape = {
  number: 3,
  title: 'a clinic, through PgBouncer, with noise',
  throughPgBouncer: true,
  names: {
    monitored: 'patients-main',
    database: 'patients',
    replica: 'patients-ro',
    pooler: 'pool-main',
    service: 'appointment-web',
    services: 'clinic-prod',
    serviceRole: 'appointments_app',
    other: 'lab-results',
    otherRole: 'lab_app',
    batches: 'billing',
    batch: 'invoice-run',
    batchRole: 'invoice_app',
    innocentBatch: 'reminder-mails',
    innocentBatchRole: 'reminder_app',
    person: 'm.rossi',
    terminal: 'pgcli',
    biRole: 'superset_ro',
    biTool: 'Apache Superset',
    migrator: 'ddl_runner',
    migration: 'sqitch',
    busyTable: 'appointments',
    sideTable: 'scans_2019',
    slot: 'warehouse_feed',
    prepared: 'tx/2024/0815',
    route: 'app.views.calendar',
  },
  size: { maxConnections: 75, rows: 4_000, pods: 2, sessionsPerPod: 5, waiters: 11, pool: 5, noise: 8 },
};

export const shapes: readonly Shape[] = [shop, logistics, clinic];
