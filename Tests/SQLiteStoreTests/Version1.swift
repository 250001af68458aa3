/// A file of version 1 as `sqlite3 store.sqlite .dump` wrote it: one job in each state, one pass. Never changed.
enum Version1 {
  static let dump = #"""
    PRAGMA foreign_keys=OFF;
    BEGIN TRANSACTION;
    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
    INSERT INTO grdb_migrations VALUES('1 jobs and passes');
    CREATE TABLE orders (
      id INTEGER PRIMARY KEY,
      tenant TEXT NOT NULL,
      name TEXT NOT NULL,
      -- The newest lastUpdate that was ever received, and the newest that a completed job answered for.
      newest_update INTEGER,
      done_update INTEGER,
      UNIQUE (tenant, name)
    ) STRICT;
    INSERT INTO orders VALUES(1,'a','secret:completed',1,1);
    INSERT INTO orders VALUES(2,'a','secret:running',1,NULL);
    INSERT INTO orders VALUES(3,'a','secret:retryable',1,NULL);
    INSERT INTO orders VALUES(4,'a','secret:discarded',1,NULL);
    INSERT INTO orders VALUES(5,'a','secret:available',1,NULL);
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
    INSERT INTO changes VALUES(1,1,NULL,NULL,'PAID',1,2,0,0,'r');
    INSERT INTO changes VALUES(2,2,NULL,NULL,'PAID',1,1,0,0,'r');
    INSERT INTO changes VALUES(3,3,NULL,NULL,'PAID',1,1,0,0,'r');
    INSERT INTO changes VALUES(4,4,NULL,NULL,'PAID',1,1,0,0,'r');
    INSERT INTO changes VALUES(5,5,NULL,NULL,'PAID',1,1,0,0,'r');
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
    INSERT INTO jobs VALUES(1,1,'completed','r',1,1,1,0,NULL,NULL,NULL,0,2);
    INSERT INTO jobs VALUES(2,2,'running','r',1,1,1,0,'w',5000,NULL,0,NULL);
    INSERT INTO jobs VALUES(3,3,'retryable','r',1,1,1,4000,NULL,NULL,'time-out',0,NULL);
    INSERT INTO jobs VALUES(4,4,'discarded','r',1,1,1,0,NULL,NULL,'no such order',0,1);
    INSERT INTO jobs VALUES(5,5,'available','r',1,0,0,0,NULL,NULL,NULL,0,NULL);
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
    INSERT INTO passes VALUES(1,'a','serial','m',NULL,NULL,NULL,NULL,'concert','valid','Gala',NULL,X'01',X'02',1,1,2,2,
    replace('gala\nserial\nm','\n',char(10)),X'00000009706173732e6a736f6e000000027b7d');
    CREATE TABLE update_tag (value INTEGER NOT NULL) STRICT;
    INSERT INTO update_tag VALUES(1);
    DELETE FROM sqlite_sequence;
    INSERT INTO sqlite_sequence VALUES('jobs',5);
    INSERT INTO sqlite_sequence VALUES('passes',1);
    CREATE INDEX changes_of_order ON changes (order_row, last_update);
    CREATE UNIQUE INDEX one_job_waits ON jobs (order_row) WHERE state IN ('available', 'retryable');
    CREATE UNIQUE INDEX one_job_runs ON jobs (order_row) WHERE state = 'running';
    CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state IN ('available', 'retryable');
    CREATE INDEX jobs_of_order ON jobs (order_row);
    CREATE INDEX jobs_in_state ON jobs (state, id);
    CREATE INDEX passes_of_movement ON passes (tenant, movement) WHERE movement IS NOT NULL;
    CREATE INDEX passes_of_order ON passes (tenant, order_number) WHERE order_number IS NOT NULL;
    CREATE INDEX passes_of_order_secret ON passes (tenant, order_secret) WHERE order_secret IS NOT NULL;
    CREATE INDEX passes_of_file ON passes (tenant, file) WHERE file IS NOT NULL;
    COMMIT;
    """#
}
