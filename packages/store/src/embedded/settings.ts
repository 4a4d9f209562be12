/** Settings of the embedded server, given on its command line so that an old cluster gets those of today. */

export interface SettingsOptions {
  readonly major: number;
  readonly sockets: string;
  /** False only for tests: no fsync, nothing survives a power cut. */
  readonly durable: boolean;
}

/** @returns arguments `-c name=value` for `postgres`: small memory, Unix socket only. */
export function serverArguments({ major, sockets, durable }: SettingsOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: sockets,
    unix_socket_permissions: '0700',
    max_connections: '60',
    shared_buffers: '64MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    effective_cache_size: '512MB',
    max_wal_size: '512MB',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_parallel_workers: '2',
    max_parallel_workers_per_gather: '1',
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_checkpoints: 'off',
    idle_in_transaction_session_timeout: '60s',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
  };
  // Three I/O worker processes are more than a small installation needs.
  if (major >= 18) settings.io_method = 'sync';
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** @returns locale arguments for `initdb`: the same sort order on every machine. */
export function localeArguments(major: number): string[] {
  return major >= 17
    ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    : ['--locale=C.UTF-8'];
}
