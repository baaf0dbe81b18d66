PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
INSERT INTO seaql_migrations VALUES('m0001_kernel',1795842988);
INSERT INTO seaql_migrations VALUES('m0001_inventory',1795842988);
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    type TEXT NOT NULL,
    stream TEXT NOT NULL,
    stream_version INTEGER NOT NULL,
    time TEXT NOT NULL,
    correlation_id BLOB,
    causation_id BLOB,
    traceparent TEXT,
    data TEXT NOT NULL
) STRICT;
INSERT INTO outbox VALUES(1,X'01a22095589174979dbce049cd2d085d','stock.adjusted.v1','MUG',1,'2026-11-28T05:16:28.177876+00:00',X'01a22095589174979dbce04772dd50a1',X'01a22095589174979dbce04772dd50a1','00-01a22095589174979dbce04813231d20-9dbce04813231d20-00','{"delta":50,"on_hand":50,"reason":"counted","sku":"MUG"}');
INSERT INTO outbox VALUES(2,X'01a22095589370d380e50b4f1b04148f','stock.adjusted.v1','APRON-S',1,'2026-11-28T05:16:28.179755+00:00',X'01a22095589370d380e50b4d88d62876',X'01a22095589370d380e50b4d88d62876','00-01a22095589370d380e50b4e5e377382-80e50b4e5e377382-00','{"delta":50,"on_hand":50,"reason":"counted","sku":"APRON-S"}');
INSERT INTO outbox VALUES(3,X'01a220955894736eaaa01210eb9d50d9','stock.adjusted.v1','APRON-M',1,'2026-11-28T05:16:28.180885+00:00',X'01a220955894736eaaa0120e70406d6b',X'01a220955894736eaaa0120e70406d6b','00-01a220955894736eaaa0120fffcda528-aaa0120fffcda528-00','{"delta":50,"on_hand":50,"reason":"counted","sku":"APRON-M"}');
INSERT INTO outbox VALUES(4,X'01a22095589577ebb04fd64471d933a5','stock.adjusted.v1','STONE',1,'2026-11-28T05:16:28.181782+00:00',X'01a22095589577ebb04fd642727f2cc0',X'01a22095589577ebb04fd642727f2cc0','00-01a22095589577ebb04fd643c866f0a5-b04fd643c866f0a5-00','{"delta":50,"on_hand":50,"reason":"counted","sku":"STONE"}');
INSERT INTO outbox VALUES(5,X'01a22095589672c9a14baec6150fc001','stock.adjusted.v1','WAIT',1,'2026-11-28T05:16:28.182738+00:00',X'01a22095589672c9a14baec4835323dd',X'01a22095589672c9a14baec4835323dd','00-01a22095589672c9a14baec5a1e0c5d6-a14baec5a1e0c5d6-00','{"delta":50,"on_hand":50,"reason":"counted","sku":"WAIT"}');
INSERT INTO outbox VALUES(6,X'01a22095589775ecb0a73ef0f5cf25bb','stock.adjusted.v1','POT',1,'2026-11-28T05:16:28.183658+00:00',X'01a22095589775ecb0a73eee486f5f7c',X'01a22095589775ecb0a73eee486f5f7c','00-01a22095589775ecb0a73eef920c595f-b0a73eef920c595f-00','{"delta":10,"on_hand":50,"reason":"counted","sku":"POT"}');
INSERT INTO outbox VALUES(7,X'01a220955898767ab119d3c02749f8ba','stock.adjusted.v1','STONE',2,'2026-11-28T05:16:28.184665+00:00',X'01a220955898767ab119d3be5112f667',X'01a220955898767ab119d3be5112f667','00-01a220955898767ab119d3bfac5b3c9d-b119d3bfac5b3c9d-00','{"delta":-3,"on_hand":47,"reason":"broken","sku":"STONE"}');
CREATE TABLE subscription (
    consumer TEXT NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    event_id BLOB,
    PRIMARY KEY (consumer, source)
) STRICT;
INSERT INTO subscription VALUES('inventory','catalog',8,X'01a22095588d77fdaec085392d270ccc');
INSERT INTO subscription VALUES('inventory','order',58,X'01a22095986275a4836b5b9417bca178');
CREATE TABLE feed_reader (
    consumer TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;
CREATE TABLE parked_event (
    consumer TEXT NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    stream TEXT NOT NULL,
    envelope TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('retrying', 'parked')),
    tries INTEGER NOT NULL,
    next_try_at TEXT NOT NULL,
    last_error TEXT NOT NULL,
    PRIMARY KEY (consumer, source, position)
) STRICT;
INSERT INTO parked_event VALUES('inventory','order',3,'01a22095-589a-77ab-a25c-373165538b0c','{"specversion":"1.0","id":"01a22095-58a5-7528-ac51-7ead6f79d750","source":"order","type":"order.fulfilled.v1","time":"2026-11-28T05:16:28.197660Z","stream":"01a22095-589a-77ab-a25c-373165538b0c","streamversion":3,"position":3,"correlationid":"01a22095-58a4-74ec-8d12-9156ba80216c","causationid":"01a22095-58a4-74ec-8d12-9156ba80216c","traceparent":"00-01a2209558a474ec8d129157d6d67d98-8d129157d6d67d98-00","data":{"by":"admin","complete":true,"fulfilment":"01a22095-58a4-74ec-8d12-91589cfe1ca4","lines":[{"quantity":1,"sku":"APRON-S"}],"order":"01a22095-589a-77ab-a25c-373165538b0c"}}','parked',8,'2026-11-28T05:16:51.930385+00:00','order 01a22095-589a-77ab-a25c-373165538b0c: more of its goods move than it had left');
CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER,
    location TEXT,
    body TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;
INSERT INTO idempotency VALUES('admin','8309cf5528f22933d75618ec27fb25f86f496097f5f93691731c2c73261a13fd','POST /admin/stock/MUG/adjustments 5ece26d7e92a10e59aca1065f6c6eea0f2f2cf98e0767e09f242b3bca5aa20e6',200,NULL,'{"sku":"MUG","on_hand":50,"held":0,"committed":0,"available":50,"low_stock_threshold":5}','2026-11-28T05:16:28.177604+00:00');
INSERT INTO idempotency VALUES('admin','441f5c9f37565fd7c0e3620c3a7d859a4fe5621faf6d50374dc942c46c96b95b','POST /admin/stock/APRON-S/adjustments 5ece26d7e92a10e59aca1065f6c6eea0f2f2cf98e0767e09f242b3bca5aa20e6',200,NULL,'{"sku":"APRON-S","on_hand":50,"held":0,"committed":0,"available":50,"low_stock_threshold":5}','2026-11-28T05:16:28.179545+00:00');
INSERT INTO idempotency VALUES('admin','c3be10cf3746ba75ace202f2090dd640e757f8079adc5258ef0f7f7d0a19f5e2','POST /admin/stock/APRON-M/adjustments 5ece26d7e92a10e59aca1065f6c6eea0f2f2cf98e0767e09f242b3bca5aa20e6',200,NULL,'{"sku":"APRON-M","on_hand":50,"held":0,"committed":0,"available":50,"low_stock_threshold":5}','2026-11-28T05:16:28.180716+00:00');
INSERT INTO idempotency VALUES('admin','0613a51eb1faa0cd53050dde483372efdab5b689f1ef172fea96c1b88a0cfe97','POST /admin/stock/STONE/adjustments 5ece26d7e92a10e59aca1065f6c6eea0f2f2cf98e0767e09f242b3bca5aa20e6',200,NULL,'{"sku":"STONE","on_hand":50,"held":0,"committed":0,"available":50,"low_stock_threshold":5}','2026-11-28T05:16:28.181715+00:00');
INSERT INTO idempotency VALUES('admin','b72cd8bc8de057b00d247ad70e986140aa615b09ee5e155837860d73c43a7c27','POST /admin/stock/WAIT/adjustments 5ece26d7e92a10e59aca1065f6c6eea0f2f2cf98e0767e09f242b3bca5aa20e6',200,NULL,'{"sku":"WAIT","on_hand":50,"held":0,"committed":0,"available":50,"low_stock_threshold":5}','2026-11-28T05:16:28.182517+00:00');
INSERT INTO idempotency VALUES('admin','da655db081455b176b0fc3ed46a22311b752cf86f738cebe97da276fc45f5c40','POST /admin/stock/POT/adjustments 5ece26d7e92a10e59aca1065f6c6eea0f2f2cf98e0767e09f242b3bca5aa20e6',200,NULL,'{"sku":"POT","on_hand":50,"held":0,"committed":0,"available":50,"low_stock_threshold":5}','2026-11-28T05:16:28.183515+00:00');
INSERT INTO idempotency VALUES('admin','ea4d90b90c8719281830a774dd0c785e7273b12dd6d51957cc1cfec788c0e627','POST /admin/stock/STONE/adjustments 1f902dad0383b45b4a9ac80db1a39b580558b1db384d9f3f4d964da3eb8df744',200,NULL,'{"sku":"STONE","on_hand":47,"held":0,"committed":0,"available":47,"low_stock_threshold":5}','2026-11-28T05:16:28.184479+00:00');
CREATE TABLE placement_change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    placement TEXT NOT NULL CHECK (placement IN ('local', 'remote')),
    configured TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder BLOB NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE TABLE tenure (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    store BLOB,
    database_id BLOB NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('leader', 'follower', 'prepared', 'ceded', 'left')),
    epoch INTEGER NOT NULL CHECK (epoch > 0),
    peer TEXT,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
INSERT INTO tenure VALUES(1,X'66a2490f079e4057823649602f676c47',X'a7e71a81a4f14a7481439776dfde428f','leader',1,NULL,'first start','2026-11-28T05:16:28.093468+00:00');
CREATE TABLE tenure_peer (
    module TEXT PRIMARY KEY,
    database_id BLOB NOT NULL,
    noted_by TEXT NOT NULL,
    noted_at TEXT NOT NULL
) STRICT;
INSERT INTO tenure_peer VALUES('catalog',X'724ae7df652d451cb5f5eee216e5ea5e','banyan serve (user 0)','2026-11-28T05:16:28.098229+00:00');
INSERT INTO tenure_peer VALUES('order',X'4f8c8010e1974856af34332cc6517d59','banyan serve (user 0)','2026-11-28T05:16:28.098561+00:00');
INSERT INTO tenure_peer VALUES('inventory',X'a7e71a81a4f14a7481439776dfde428f','banyan serve (user 0)','2026-11-28T05:16:28.098896+00:00');
INSERT INTO tenure_peer VALUES('payment',X'c698760fd103445185e0a7cf722ea7d5','banyan serve (user 0)','2026-11-28T05:16:28.099206+00:00');
CREATE TABLE level (
    sku TEXT PRIMARY KEY,
    on_hand INTEGER NOT NULL,
    available INTEGER NOT NULL,
    low_stock_threshold INTEGER NOT NULL,
    version INTEGER NOT NULL,
    -- By what levels with few units are found, see `persistence/below.rs`.
    band INTEGER NOT NULL GENERATED ALWAYS AS (CASE
        WHEN available < 1 THEN 0 WHEN available < 2 THEN 1 WHEN available < 4 THEN 2 WHEN available < 8 THEN 3
        WHEN available < 16 THEN 4 WHEN available < 32 THEN 5 WHEN available < 64 THEN 6 WHEN available < 128 THEN 7
        WHEN available < 256 THEN 8 WHEN available < 512 THEN 9 WHEN available < 1024 THEN 10 WHEN available < 2048 THEN 11
        WHEN available < 4096 THEN 12 WHEN available < 8192 THEN 13 WHEN available < 16384 THEN 14 WHEN available < 32768 THEN 15
        WHEN available < 65536 THEN 16 WHEN available < 131072 THEN 17 WHEN available < 262144 THEN 18 WHEN available < 524288 THEN 19
        WHEN available < 1048576 THEN 20
        ELSE 21 END) STORED,
    CONSTRAINT level_never_oversold CHECK (available >= 0),
    CONSTRAINT level_adds_up CHECK (available <= on_hand),
    CONSTRAINT level_threshold_counts CHECK (low_stock_threshold >= 0)
) STRICT;
INSERT INTO level VALUES('MUG',39,34,5,1);
INSERT INTO level VALUES('APRON-S',49,49,5,1);
INSERT INTO level VALUES('APRON-M',50,49,5,1);
INSERT INTO level VALUES('STONE',47,47,47,2);
INSERT INTO level VALUES('DRAFT',0,0,5,0);
INSERT INTO level VALUES('GONE',0,0,5,0);
INSERT INTO level VALUES('WAIT',50,48,5,1);
INSERT INTO level VALUES('POT',43,41,5,1);
CREATE TABLE claim (
    order_id BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    until TEXT,
    unpaid INTEGER NOT NULL,
    shortage TEXT,
    lines TEXT NOT NULL,
    in_ledger INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    committed_at TEXT,
    committed_by TEXT,
    CONSTRAINT claim_status_known CHECK (status IN ('held', 'committed', 'released', 'expired', 'refused')),
    CONSTRAINT claim_refusal_told CHECK ((status = 'refused') = (shortage IS NOT NULL)),
    CONSTRAINT claim_ends CHECK (until IS NOT NULL OR status = 'released'),
    CONSTRAINT claim_marks_known CHECK (unpaid IN (0, 1, 2) AND in_ledger IN (0, 1)),
    CONSTRAINT claim_commitment_told CHECK ((committed_at IS NULL) = (committed_by IS NULL))
) STRICT;
INSERT INTO claim VALUES(X'01a22095589a77aba25c373165538b0c','committed','2026-11-28T05:31:28.188162+00:00',0,NULL,'[["APRON-S",1,0]]',0,0,'2026-11-28T05:16:28.189061+00:00','system:order','2026-11-28T05:16:28.193088+00:00','system:order');
INSERT INTO claim VALUES(X'01a220958e6c71fe84b8d4c71c1cda46','committed','2026-11-28T05:31:41.966190+00:00',0,NULL,'[["POT",1,1]]',0,0,'2026-11-28T05:16:41.966362+00:00','system:order','2026-11-28T05:16:41.970770+00:00','system:order');
INSERT INTO claim VALUES(X'01a220958e7673aca0bb0da305c9babc','committed','2026-11-28T05:31:41.975170+00:00',0,NULL,'[["APRON-M",1,1],["MUG",2,2],["POT",1,1]]',0,0,'2026-11-28T05:16:41.975285+00:00','system:order','2026-11-28T05:16:41.977788+00:00','system:order');
INSERT INTO claim VALUES(X'01a220958e7c71e18c0d0f4d2c6ead95','refused','2026-11-28T05:31:41.981208+00:00',0,'[{"sku":"STONE","requested":10000,"available":47}]','[]',1,0,'2026-11-28T05:16:41.981271+00:00','system:order',NULL,NULL);
INSERT INTO claim VALUES(X'01a220958e7f77c5a313eae71ebd34d7','released','2026-11-28T05:31:41.984735+00:00',0,NULL,'[["MUG",1,1]]',1,0,'2026-11-28T05:16:41.984833+00:00','system:order',NULL,NULL);
INSERT INTO claim VALUES(X'01a220958e8674ff8fe91ae38b323045','committed','2026-11-28T05:31:41.991688+00:00',0,NULL,'[["MUG",1,1]]',0,0,'2026-11-28T05:16:41.992027+00:00','system:order','2026-11-28T05:16:42.996276+00:00','system:order');
INSERT INTO claim VALUES(X'01a22095927874f5a893d7c3cc5e4e0d','committed','2026-11-28T05:31:43.000822+00:00',0,NULL,'[["MUG",1,1]]',0,0,'2026-11-28T05:16:43.000875+00:00','system:order','2026-11-28T05:16:44.015524+00:00','system:order');
INSERT INTO claim VALUES(X'01a220959673771abd0666c342aa8f3b','released','2026-11-28T05:31:44.020500+00:00',0,NULL,'[["APRON-M",1,1],["MUG",2,2],["POT",1,1]]',1,0,'2026-11-28T05:16:44.020590+00:00','system:order',NULL,NULL);
INSERT INTO claim VALUES(X'01a22095967c709aa771316cd7a1e6be','committed','2026-11-28T05:31:44.029501+00:00',0,NULL,'[["APRON-M",1,0],["MUG",3,1]]',0,0,'2026-11-28T05:16:44.029798+00:00','system:order','2026-11-28T05:16:44.033731+00:00','system:order');
INSERT INTO claim VALUES(X'01a2209596897724b699fd95359734f7','committed','2026-11-28T05:31:44.042916+00:00',0,NULL,'[["MUG",2,0],["POT",1,0]]',0,0,'2026-11-28T05:16:44.043051+00:00','system:order','2026-11-28T05:16:44.046641+00:00','system:order');
INSERT INTO claim VALUES(X'01a22095969776d9a7b3944ac82510f2','committed','2026-11-28T05:31:44.056066+00:00',0,NULL,'[["MUG",2,0],["POT",1,0]]',0,0,'2026-11-28T05:16:44.056121+00:00','system:order','2026-11-28T05:16:44.058328+00:00','system:order');
INSERT INTO claim VALUES(X'01a2209596a372fd80f181a09b7ec6d2','committed','2026-11-28T05:31:44.068465+00:00',0,NULL,'[["MUG",2,0],["POT",1,0]]',0,0,'2026-11-28T05:16:44.068579+00:00','system:order','2026-11-28T05:16:44.071813+00:00','system:order');
INSERT INTO claim VALUES(X'01a2209596b377d4a78072fbda6b6b49','committed','2026-11-28T05:31:44.084133+00:00',0,NULL,'[["MUG",2,0],["POT",1,0]]',0,0,'2026-11-28T05:16:44.084243+00:00','system:order','2026-11-28T05:16:44.087426+00:00','system:order');
INSERT INTO claim VALUES(X'01a2209596c175088cd6c5f7538151ae','committed','2026-11-28T05:31:44.097997+00:00',0,NULL,'[["MUG",2,0],["POT",1,0]]',0,0,'2026-11-28T05:16:44.098060+00:00','system:order','2026-11-28T05:16:44.100480+00:00','system:order');
INSERT INTO claim VALUES(X'01a2209596d074198561c635e28185a1','committed','2026-11-28T05:31:44.114050+00:00',0,NULL,'[["POT",1,0]]',0,0,'2026-11-28T05:16:44.114321+00:00','system:order','2026-11-28T05:16:44.118097+00:00','system:order');
INSERT INTO claim VALUES(X'01a22095975477ac948c815d4236e20e','committed','2026-11-28T05:31:44.245706+00:00',0,NULL,'[["POT",1,0]]',0,0,'2026-11-28T05:16:44.245828+00:00','system:order','2026-11-28T05:16:44.248734+00:00','system:order');
INSERT INTO claim VALUES(X'01a22095986173bf8315a3dbc4647b37','held','2026-11-28T05:31:44.515672+00:00',0,NULL,'[["WAIT",2,2]]',0,0,'2026-11-28T05:16:44.516173+00:00','system:order',NULL,NULL);
CREATE TABLE claim_sku (
    sku TEXT NOT NULL,
    created_at TEXT NOT NULL,
    order_id BLOB NOT NULL,
    PRIMARY KEY (sku, created_at, order_id)
) STRICT, WITHOUT ROWID;
INSERT INTO claim_sku VALUES('APRON-M','2026-11-28T05:16:41.975285+00:00',X'01a220958e7673aca0bb0da305c9babc');
INSERT INTO claim_sku VALUES('APRON-M','2026-11-28T05:16:44.020590+00:00',X'01a220959673771abd0666c342aa8f3b');
INSERT INTO claim_sku VALUES('APRON-M','2026-11-28T05:16:44.029798+00:00',X'01a22095967c709aa771316cd7a1e6be');
INSERT INTO claim_sku VALUES('APRON-S','2026-11-28T05:16:28.189061+00:00',X'01a22095589a77aba25c373165538b0c');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:41.975285+00:00',X'01a220958e7673aca0bb0da305c9babc');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:41.984833+00:00',X'01a220958e7f77c5a313eae71ebd34d7');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:41.992027+00:00',X'01a220958e8674ff8fe91ae38b323045');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:43.000875+00:00',X'01a22095927874f5a893d7c3cc5e4e0d');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:44.020590+00:00',X'01a220959673771abd0666c342aa8f3b');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:44.029798+00:00',X'01a22095967c709aa771316cd7a1e6be');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:44.043051+00:00',X'01a2209596897724b699fd95359734f7');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:44.056121+00:00',X'01a22095969776d9a7b3944ac82510f2');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:44.068579+00:00',X'01a2209596a372fd80f181a09b7ec6d2');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:44.084243+00:00',X'01a2209596b377d4a78072fbda6b6b49');
INSERT INTO claim_sku VALUES('MUG','2026-11-28T05:16:44.098060+00:00',X'01a2209596c175088cd6c5f7538151ae');
INSERT INTO claim_sku VALUES('POT','2026-11-28T05:16:41.966362+00:00',X'01a220958e6c71fe84b8d4c71c1cda46');
INSERT INTO claim_sku VALUES('POT','2026-11-28T05:16:41.975285+00:00',X'01a220958e7673aca0bb0da305c9babc');
INSERT INTO claim_sku VALUES('POT','2026-11-28T05:16:44.020590+00:00',X'01a220959673771abd0666c342aa8f3b');
INSERT INTO claim_sku VALUES('POT','2026-11-28T05:16:44.043051+00:00',X'01a2209596897724b699fd95359734f7');
INSERT INTO claim_sku VALUES('POT','2026-11-28T05:16:44.056121+00:00',X'01a22095969776d9a7b3944ac82510f2');
INSERT INTO claim_sku VALUES('POT','2026-11-28T05:16:44.068579+00:00',X'01a2209596a372fd80f181a09b7ec6d2');
INSERT INTO claim_sku VALUES('POT','2026-11-28T05:16:44.084243+00:00',X'01a2209596b377d4a78072fbda6b6b49');
INSERT INTO claim_sku VALUES('POT','2026-11-28T05:16:44.098060+00:00',X'01a2209596c175088cd6c5f7538151ae');
INSERT INTO claim_sku VALUES('POT','2026-11-28T05:16:44.114321+00:00',X'01a2209596d074198561c635e28185a1');
INSERT INTO claim_sku VALUES('POT','2026-11-28T05:16:44.245828+00:00',X'01a22095975477ac948c815d4236e20e');
INSERT INTO claim_sku VALUES('WAIT','2026-11-28T05:16:44.516173+00:00',X'01a22095986173bf8315a3dbc4647b37');
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL REFERENCES level (sku),
    kind TEXT NOT NULL,
    delta_on_hand INTEGER NOT NULL,
    delta_held INTEGER NOT NULL,
    delta_committed INTEGER NOT NULL,
    order_id BLOB,
    reason TEXT,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    CONSTRAINT ledger_kind_known CHECK (
        kind IN ('opening', 'hold', 'commit', 'release', 'expire', 'fulfil', 'return', 'adjust')
    )
) STRICT;
INSERT INTO ledger VALUES(1,'POT','opening',40,0,0,NULL,NULL,'system:catalog','2026-11-28T05:16:28.173873+00:00');
INSERT INTO ledger VALUES(2,'MUG','adjust',50,0,0,NULL,'counted','admin','2026-11-28T05:16:28.177770+00:00');
INSERT INTO ledger VALUES(3,'APRON-S','adjust',50,0,0,NULL,'counted','admin','2026-11-28T05:16:28.179666+00:00');
INSERT INTO ledger VALUES(4,'APRON-M','adjust',50,0,0,NULL,'counted','admin','2026-11-28T05:16:28.180805+00:00');
INSERT INTO ledger VALUES(5,'STONE','adjust',50,0,0,NULL,'counted','admin','2026-11-28T05:16:28.181759+00:00');
INSERT INTO ledger VALUES(6,'WAIT','adjust',50,0,0,NULL,'counted','admin','2026-11-28T05:16:28.182632+00:00');
INSERT INTO ledger VALUES(7,'POT','adjust',10,0,0,NULL,'counted','admin','2026-11-28T05:16:28.183616+00:00');
INSERT INTO ledger VALUES(8,'STONE','adjust',-3,0,0,NULL,'broken','admin','2026-11-28T05:16:28.184592+00:00');
INSERT INTO ledger VALUES(9,'APRON-S','fulfil',-1,0,-1,X'01a22095589a77aba25c373165538b0c',NULL,'admin','2026-11-28T05:16:28.199156+00:00');
INSERT INTO ledger VALUES(10,'MUG','hold',0,1,0,X'01a220958e7f77c5a313eae71ebd34d7',NULL,'system:order','2026-11-28T05:16:41.984833+00:00');
INSERT INTO ledger VALUES(11,'MUG','release',0,-1,0,X'01a220958e7f77c5a313eae71ebd34d7',NULL,'system:order','2026-11-28T05:16:41.987802+00:00');
INSERT INTO ledger VALUES(12,'APRON-M','hold',0,1,0,X'01a220959673771abd0666c342aa8f3b',NULL,'system:order','2026-11-28T05:16:44.020590+00:00');
INSERT INTO ledger VALUES(13,'MUG','hold',0,2,0,X'01a220959673771abd0666c342aa8f3b',NULL,'system:order','2026-11-28T05:16:44.020590+00:00');
INSERT INTO ledger VALUES(14,'POT','hold',0,1,0,X'01a220959673771abd0666c342aa8f3b',NULL,'system:order','2026-11-28T05:16:44.020590+00:00');
INSERT INTO ledger VALUES(15,'APRON-M','commit',0,-1,1,X'01a220959673771abd0666c342aa8f3b',NULL,'system:order','2026-11-28T05:16:44.023106+00:00');
INSERT INTO ledger VALUES(16,'MUG','commit',0,-2,2,X'01a220959673771abd0666c342aa8f3b',NULL,'system:order','2026-11-28T05:16:44.023106+00:00');
INSERT INTO ledger VALUES(17,'POT','commit',0,-1,1,X'01a220959673771abd0666c342aa8f3b',NULL,'system:order','2026-11-28T05:16:44.023106+00:00');
INSERT INTO ledger VALUES(18,'APRON-M','release',0,0,-1,X'01a220959673771abd0666c342aa8f3b','requested','guest','2026-11-28T05:16:44.030613+00:00');
INSERT INTO ledger VALUES(19,'MUG','release',0,0,-2,X'01a220959673771abd0666c342aa8f3b','requested','guest','2026-11-28T05:16:44.030613+00:00');
INSERT INTO ledger VALUES(20,'POT','release',0,0,-1,X'01a220959673771abd0666c342aa8f3b','requested','guest','2026-11-28T05:16:44.030613+00:00');
INSERT INTO ledger VALUES(21,'MUG','fulfil',-2,0,-2,X'01a22095967c709aa771316cd7a1e6be',NULL,'admin','2026-11-28T05:16:44.039050+00:00');
INSERT INTO ledger VALUES(22,'APRON-M','return',0,0,-1,X'01a22095967c709aa771316cd7a1e6be','one is enough','guest','2026-11-28T05:16:44.042425+00:00');
INSERT INTO ledger VALUES(23,'MUG','fulfil',-2,0,-2,X'01a2209596897724b699fd95359734f7',NULL,'admin','2026-11-28T05:16:44.052491+00:00');
INSERT INTO ledger VALUES(24,'POT','fulfil',-1,0,-1,X'01a2209596897724b699fd95359734f7',NULL,'admin','2026-11-28T05:16:44.052491+00:00');
INSERT INTO ledger VALUES(25,'MUG','fulfil',-2,0,-2,X'01a22095969776d9a7b3944ac82510f2',NULL,'admin','2026-11-28T05:16:44.062823+00:00');
INSERT INTO ledger VALUES(26,'POT','fulfil',-1,0,-1,X'01a22095969776d9a7b3944ac82510f2',NULL,'admin','2026-11-28T05:16:44.062823+00:00');
INSERT INTO ledger VALUES(27,'MUG','fulfil',-2,0,-2,X'01a2209596a372fd80f181a09b7ec6d2',NULL,'admin','2026-11-28T05:16:44.077760+00:00');
INSERT INTO ledger VALUES(28,'POT','fulfil',-1,0,-1,X'01a2209596a372fd80f181a09b7ec6d2',NULL,'admin','2026-11-28T05:16:44.077760+00:00');
INSERT INTO ledger VALUES(29,'MUG','fulfil',-2,0,-2,X'01a2209596b377d4a78072fbda6b6b49',NULL,'admin','2026-11-28T05:16:44.093726+00:00');
INSERT INTO ledger VALUES(30,'POT','fulfil',-1,0,-1,X'01a2209596b377d4a78072fbda6b6b49',NULL,'admin','2026-11-28T05:16:44.093726+00:00');
INSERT INTO ledger VALUES(31,'MUG','fulfil',-2,0,-2,X'01a2209596c175088cd6c5f7538151ae',NULL,'admin','2026-11-28T05:16:44.105384+00:00');
INSERT INTO ledger VALUES(32,'POT','fulfil',-1,0,-1,X'01a2209596c175088cd6c5f7538151ae',NULL,'admin','2026-11-28T05:16:44.105384+00:00');
INSERT INTO ledger VALUES(33,'MUG','return',1,0,0,X'01a2209596c175088cd6c5f7538151ae','to be received','admin','2026-11-28T05:16:44.113221+00:00');
INSERT INTO ledger VALUES(34,'POT','fulfil',-1,0,-1,X'01a2209596d074198561c635e28185a1',NULL,'admin','2026-11-28T05:16:44.124183+00:00');
INSERT INTO ledger VALUES(35,'POT','fulfil',-1,0,-1,X'01a22095975477ac948c815d4236e20e',NULL,'admin','2026-11-28T05:16:44.257732+00:00');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('ledger',35);
INSERT INTO sqlite_sequence VALUES('outbox',7);
CREATE INDEX parked_event_stream ON parked_event (consumer, source, stream, position);
CREATE INDEX idempotency_created ON idempotency (created_at);
CREATE INDEX level_few ON level (band, sku);
CREATE INDEX claim_held ON claim (until) WHERE status = 'held';
CREATE INDEX ledger_sku ON ledger (sku, at, id);
COMMIT;
