import GRDB

/// The schema, step by step. A step that was released is never changed again; what follows is a new step.
enum Migrations {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 jobs and passes") { try $0.execute(sql: jobsAndPasses) }
    migrator.registerMigration("2 shared files") { try $0.execute(sql: sharedFiles) }
    migrator.registerMigration("3 whose request changed a pass") { try $0.execute(sql: changedBy) }
    migrator.registerMigration("4 devices, pushes, history") { try $0.execute(sql: devices) }
    migrator.registerMigration("5 forms, outgoing webhooks") { try $0.execute(sql: formsAndWebhooks) }
    migrator.registerMigration("6 what is to come") { try $0.execute(sql: whatIsToCome) }
    migrator.registerMigration("7 devices again") { try $0.execute(sql: devicesAgain) }
    return migrator
  }

  /// The condition of two indexes, which SQLite takes only for a query that has the same condition.
  static let isWaiting = "state IN ('available', 'retryable')"

  // `changes` and `jobs` name an order by its row here, so that tenant and order are written once.
  private static let jobsAndPasses = """
    CREATE TABLE orders (
      id INTEGER PRIMARY KEY,
      tenant TEXT NOT NULL,
      name TEXT NOT NULL,
      -- The newest lastUpdate that was ever received, and the newest that a completed job answered for.
      newest_update INTEGER,
      done_update INTEGER,
      UNIQUE (tenant, name)
    ) STRICT;

    CREATE TABLE changes (
      id INTEGER PRIMARY KEY,
      order_row INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
      ticket INTEGER,
      movement INTEGER,
      state TEXT NOT NULL,
      last_update INTEGER,
      times INTEGER NOT NULL DEFAULT 1,
      first_received_at INTEGER NOT NULL,
      last_received_at INTEGER NOT NULL,
      correlation_id TEXT NOT NULL
    ) STRICT;
    CREATE INDEX changes_of_order ON changes (order_row, last_update);

    CREATE TABLE jobs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      order_row INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
      state TEXT NOT NULL CHECK (state IN ('available', 'running', 'completed', 'retryable', 'discarded')),
      correlation_id TEXT NOT NULL,
      newest_update INTEGER,
      attempts INTEGER NOT NULL DEFAULT 0,
      claims INTEGER NOT NULL DEFAULT 0,
      run_at INTEGER NOT NULL,
      worker TEXT,
      leased_until INTEGER,
      reason TEXT,
      created_at INTEGER NOT NULL,
      finished_at INTEGER,
      CHECK ((state = 'running') = (worker IS NOT NULL AND leased_until IS NOT NULL)),
      CHECK ((state IN ('completed', 'discarded')) = (finished_at IS NOT NULL))
    ) STRICT;
    CREATE UNIQUE INDEX one_job_waits ON jobs (order_row) WHERE state IN ('available', 'retryable');
    CREATE UNIQUE INDEX one_job_runs ON jobs (order_row) WHERE state = 'running';
    CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state IN ('available', 'retryable');
    CREATE INDEX jobs_of_order ON jobs (order_row);
    CREATE INDEX jobs_in_state ON jobs (state, id);

    CREATE TABLE passes (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant TEXT NOT NULL,
      serial_number TEXT NOT NULL,
      movement TEXT,
      ticket TEXT,
      order_number TEXT,
      order_secret TEXT,
      file TEXT,
      template TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('valid', 'used', 'voided')),
      event TEXT,
      seat TEXT,
      assets_digest BLOB NOT NULL,
      content_digest BLOB NOT NULL,
      as_of INTEGER NOT NULL,
      update_tag INTEGER NOT NULL UNIQUE,
      changed_at INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      searchable_text TEXT NOT NULL,
      -- Last, so that lists need not read over it.
      rendered BLOB NOT NULL,
      UNIQUE (tenant, serial_number)
    ) STRICT;
    CREATE INDEX passes_of_movement ON passes (tenant, movement) WHERE movement IS NOT NULL;
    CREATE INDEX passes_of_order ON passes (tenant, order_number) WHERE order_number IS NOT NULL;
    CREATE INDEX passes_of_order_secret ON passes (tenant, order_secret) WHERE order_secret IS NOT NULL;
    CREATE INDEX passes_of_file ON passes (tenant, file) WHERE file IS NOT NULL;

    -- The last update tag given out, in its only row.
    CREATE TABLE update_tag (value INTEGER NOT NULL) STRICT;
    INSERT INTO update_tag (value) VALUES (0);
    """

  private static let changedBy = "ALTER TABLE passes ADD COLUMN correlation_id TEXT;"

  private static let devices = """
    CREATE TABLE devices (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant TEXT NOT NULL,
      pass_type TEXT NOT NULL,
      library_identifier TEXT NOT NULL,
      push_token TEXT NOT NULL,
      token_since INTEGER NOT NULL,
      UNIQUE (tenant, pass_type, library_identifier)
    ) STRICT;

    CREATE TABLE registrations (
      device INTEGER NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
      pass INTEGER NOT NULL REFERENCES passes (id) ON DELETE CASCADE,
      -- An update tag of its own: to this device the pass changed at the latest then.
      tag INTEGER NOT NULL,
      -- The tag of the last change of this pass that it was pushed for.
      pushed_tag INTEGER NOT NULL,
      registered_at INTEGER NOT NULL,
      PRIMARY KEY (device, pass)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX registrations_of_pass ON registrations (pass);

    CREATE TABLE pushes (
      device INTEGER PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
      tag INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('available', 'running', 'retryable', 'discarded')),
      correlation_id TEXT,
      attempts INTEGER NOT NULL DEFAULT 0,
      claims INTEGER NOT NULL DEFAULT 0,
      run_at INTEGER NOT NULL,
      worker TEXT,
      leased_until INTEGER,
      reason TEXT,
      CHECK ((state = 'running') = (worker IS NOT NULL AND leased_until IS NOT NULL))
    ) STRICT;
    CREATE INDEX pushes_due ON pushes (run_at, device) WHERE state IN ('available', 'retryable');
    CREATE INDEX pushes_running ON pushes (leased_until) WHERE state = 'running';

    CREATE TABLE events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      pass INTEGER NOT NULL REFERENCES passes (id) ON DELETE CASCADE,
      kind TEXT NOT NULL,
      at INTEGER NOT NULL,
      times INTEGER NOT NULL DEFAULT 1,
      last_at INTEGER NOT NULL,
      -- A number that may be of a device that is gone.
      device INTEGER,
      correlation_id TEXT,
      detail TEXT
    ) STRICT;
    CREATE INDEX events_of_pass ON events (pass, id);

    CREATE TABLE device_log (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant TEXT NOT NULL,
      serial_number TEXT,
      device INTEGER,
      at INTEGER NOT NULL,
      text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX device_log_of_tenant ON device_log (tenant, id);
    CREATE INDEX device_log_of_pass ON device_log (tenant, serial_number, id) WHERE serial_number IS NOT NULL;

    -- The update tag of the newest content that somebody was handed.
    ALTER TABLE passes ADD COLUMN handed_tag INTEGER;
    """

  private static let formsAndWebhooks = """
    -- What a holder entered into the form a pass came with.
    ALTER TABLE passes ADD COLUMN personalized_at INTEGER;
    ALTER TABLE passes ADD COLUMN personal_info TEXT;

    -- Where a tenant's events are sent, as the configuration had it last.
    CREATE TABLE webhook_endpoints (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant TEXT NOT NULL,
      name TEXT NOT NULL,
      address TEXT NOT NULL,
      -- Types of events, with a comma before and behind each.
      types TEXT NOT NULL,
      is_configured INTEGER NOT NULL,
      -- In a row; and until when nothing is sent for them.
      failures INTEGER NOT NULL DEFAULT 0,
      paused_until INTEGER,
      disabled_at INTEGER,
      disabled_for TEXT,
      UNIQUE (tenant, name)
    ) STRICT;

    CREATE TABLE webhook_messages (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      endpoint INTEGER NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
      message_id TEXT NOT NULL UNIQUE,
      type TEXT NOT NULL,
      body TEXT NOT NULL,
      correlation_id TEXT,
      state TEXT NOT NULL CHECK (state IN ('available', 'running', 'completed', 'retryable', 'discarded')),
      attempts INTEGER NOT NULL DEFAULT 0,
      claims INTEGER NOT NULL DEFAULT 0,
      run_at INTEGER NOT NULL,
      worker TEXT,
      leased_until INTEGER,
      reason TEXT,
      created_at INTEGER NOT NULL,
      finished_at INTEGER,
      CHECK ((state = 'running') = (worker IS NOT NULL AND leased_until IS NOT NULL)),
      CHECK ((state IN ('completed', 'discarded')) = (finished_at IS NOT NULL))
    ) STRICT;
    CREATE INDEX webhook_messages_due ON webhook_messages (endpoint, run_at, id)
      WHERE state IN ('available', 'retryable');
    CREATE INDEX webhook_messages_running ON webhook_messages (leased_until) WHERE state = 'running';
    CREATE INDEX webhook_messages_in_state ON webhook_messages (endpoint, state, id);
    CREATE INDEX webhook_messages_finished ON webhook_messages (finished_at) WHERE finished_at IS NOT NULL;
    """

  private static let whatIsToCome = """
    -- Tickets of a file that waited for their barcode, and that nobody could make a pass of, when it was read last.
    ALTER TABLE files ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE files ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;

    -- Whether a job only has another look, though nobody told of a change.
    ALTER TABLE jobs ADD COLUMN is_look INTEGER NOT NULL DEFAULT 0;
    DROP INDEX jobs_due;
    CREATE INDEX jobs_due ON jobs (is_look, run_at, id) WHERE state IN ('available', 'retryable');
    """

  private static let devicesAgain = """
    -- When the device was last pushed because it registered for the same pass again.
    ALTER TABLE registrations ADD COLUMN pushed_again_at INTEGER;

    -- Lines that name no pass; those that name no device either have NULL there.
    CREATE INDEX device_log_of_device ON device_log (tenant, device, id) WHERE serial_number IS NULL;
    """

  private static let sharedFiles = """
    -- What passes share, by its SHA-256, so that a pass can be had as it was composed whatever became of its template.
    CREATE TABLE assets (
      id INTEGER PRIMARY KEY,
      digest BLOB NOT NULL UNIQUE,
      is_shared INTEGER NOT NULL,
      files BLOB NOT NULL
    ) STRICT;
    CREATE INDEX passes_of_assets ON passes (assets_digest);

    -- When each file was read last.
    CREATE TABLE files (
      id INTEGER PRIMARY KEY,
      tenant TEXT NOT NULL,
      number TEXT NOT NULL,
      as_of INTEGER NOT NULL,
      UNIQUE (tenant, number)
    ) STRICT;
    """
}
