PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
INSERT INTO seaql_migrations VALUES('m0001_kernel',1795842988);
INSERT INTO seaql_migrations VALUES('m0001_catalog',1795842988);
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
INSERT INTO outbox VALUES(1,X'01a22095587e72628191f12b35aa78c1','product.created.v1','01a22095-587d-702e-8e0d-81277384380c',1,'2026-11-28T05:16:28.158674+00:00',X'01a22095587d702e8e0d81251e25c2a3',X'01a22095587d702e8e0d81251e25c2a3','00-01a22095587d702e8e0d8126e6c9763f-8e0d8126e6c9763f-00','{"introduced":[{"opening_stock":0,"sku":"MUG"}],"product":"01a22095-587d-702e-8e0d-81277384380c","slug":"stoneware-mug","title":"Stoneware mug"}');
INSERT INTO outbox VALUES(2,X'01a2209558817399b88eda7571201ed2','product.created.v1','01a22095-5880-7648-9682-4dad8d5ba781',1,'2026-11-28T05:16:28.161285+00:00',X'01a22095587f72b2a00185dade9eebc2',X'01a22095587f72b2a00185dade9eebc2','00-01a220955880764896824dac044ec250-96824dac044ec250-00','{"introduced":[{"opening_stock":0,"sku":"APRON-S"},{"opening_stock":0,"sku":"APRON-M"}],"product":"01a22095-5880-7648-9682-4dad8d5ba781","slug":"cafe-apron","title":"Café apron"}');
INSERT INTO outbox VALUES(3,X'01a220955883742fa1ed373ec3c2236d','product.created.v1','01a22095-5882-75f4-af18-adb6f5d332a3',1,'2026-11-28T05:16:28.163266+00:00',X'01a22095588275f4af18adb42d44169b',X'01a22095588275f4af18adb42d44169b','00-01a22095588275f4af18adb5ddf8da03-af18adb5ddf8da03-00','{"introduced":[{"opening_stock":0,"sku":"STONE"}],"product":"01a22095-5882-75f4-af18-adb6f5d332a3","slug":"sisuphos","title":"Σίσυφος"}');
INSERT INTO outbox VALUES(4,X'01a2209558857455bfae9bcad7b5f8ce','product.created.v1','01a22095-5884-717b-a50f-07168b4ed7f6',1,'2026-11-28T05:16:28.165124+00:00',X'01a220955884717ba50f0714ba68dbe8',X'01a220955884717ba50f0714ba68dbe8','00-01a220955884717ba50f071598ffa638-a50f071598ffa638-00','{"introduced":[{"opening_stock":0,"sku":"DRAFT"}],"product":"01a22095-5884-717b-a50f-07168b4ed7f6","slug":"not-yet-for-sale","title":"Not yet for sale"}');
INSERT INTO outbox VALUES(5,X'01a220955886721eb0d09607a438f8e0','product.created.v1','01a22095-5886-721e-b0d0-960697be9fa8',1,'2026-11-28T05:16:28.166544+00:00',X'01a220955886721eb0d09604c5bb0e49',X'01a220955886721eb0d09604c5bb0e49','00-01a220955886721eb0d09605c6593d87-b0d09605c6593d87-00','{"introduced":[{"opening_stock":0,"sku":"GONE"}],"product":"01a22095-5886-721e-b0d0-960697be9fa8","slug":"not-sold-any-more","title":"Not sold any more"}');
INSERT INTO outbox VALUES(6,X'01a2209558887240b71628a17067a1ca','product.created.v1','01a22095-5887-7774-ac24-a54038593988',1,'2026-11-28T05:16:28.168154+00:00',X'01a2209558877774ac24a53e749f122a',X'01a2209558877774ac24a53e749f122a','00-01a2209558877774ac24a53f32d1b857-ac24a53f32d1b857-00','{"introduced":[{"opening_stock":0,"sku":"WAIT"}],"product":"01a22095-5887-7774-ac24-a54038593988","slug":"ordered-and-waited-for","title":"Ordered and waited for"}');
INSERT INTO outbox VALUES(7,X'01a22095588b776eb0f87dc97c0c35c7','product.archived.v1','01a22095-5886-721e-b0d0-960697be9fa8',2,'2026-11-28T05:16:28.171280+00:00',X'01a22095588a76b6b0da51db3f81e813',X'01a22095588a76b6b0da51db3f81e813','00-01a22095588a76b6b0da51dc30a97f45-b0da51dc30a97f45-00','{"product":"01a22095-5886-721e-b0d0-960697be9fa8","skus":["GONE"]}');
INSERT INTO outbox VALUES(8,X'01a22095588d77fdaec085392d270ccc','product.created.v1','01a22095-588c-736f-a507-04100ba89230',1,'2026-11-28T05:16:28.173023+00:00',X'01a22095588c736fa507040eea76bd26',X'01a22095588c736fa507040eea76bd26','00-01a22095588c736fa507040fd76714a8-a507040fd76714a8-00','{"introduced":[{"opening_stock":40,"sku":"POT"}],"product":"01a22095-588c-736f-a507-04100ba89230","slug":"enamel-pot","title":"Enamel pot"}');
CREATE TABLE subscription (
    consumer TEXT NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    event_id BLOB,
    PRIMARY KEY (consumer, source)
) STRICT;
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
INSERT INTO idempotency VALUES('admin','2ae2f0decb81fc1ec7b1dcbc19912b19605e312b725268f01de9d6614d2d8926','create category 21c0f52d59cf3b33b238d4beedaa52128c9d3dc5a9176a22da6e4b91e0febfe0',201,'/categories/kitchen','{"id":"01a22095-5879-7426-9b8b-f5d3d4cb4e36","slug":"kitchen","title":"Kitchen","parent":null,"children":[]}','2026-11-28T05:16:28.153269+00:00');
INSERT INTO idempotency VALUES('admin','b743cbe1bb107033458694774ad7146dec3f339346803159e2c58f55e2ac67dc','create category 261ea5887001973dd62a241ab4663d2475c8cb2530b78c0e0527f3301500eca8',201,'/categories/eclairs-pots','{"id":"01a22095-587b-7504-b641-0077aecc06f3","slug":"eclairs-pots","title":"Éclairs & Pots","parent":"kitchen","children":[]}','2026-11-28T05:16:28.155650+00:00');
INSERT INTO idempotency VALUES('admin','c509a1e728f019899e4a40503ac62872d9373c6a7719c48054941a7e8c298815','create product f00796f64d619fc0b61c196218e8150f6214817d7a61865a2c6ae3c6c736e651',201,'/products/01a22095-587d-702e-8e0d-81277384380c','{"id":"01a22095-587d-702e-8e0d-81277384380c","slug":"stoneware-mug","title":"Stoneware mug","description":"Holds 300 ml.","status":"active","categories":["kitchen"],"options":[],"variants":[{"sku":"MUG","title":null,"options":{},"price":{"amount":1250,"currency":"EUR"}}],"images":[],"created_at":"2026-11-28T05:16:28.157900Z","updated_at":"2026-11-28T05:16:28.157900Z"}','2026-11-28T05:16:28.157611+00:00');
INSERT INTO idempotency VALUES('admin','902354f92110cc4d52066b7208477aad5369253428307d41dec25e00786ee52d','create product f069f439ebd20b8150ccde54cb8d93450160bcbefb8e6b2d6ac205a0271d2b18',201,'/products/01a22095-5880-7648-9682-4dad8d5ba781','{"id":"01a22095-5880-7648-9682-4dad8d5ba781","slug":"cafe-apron","title":"Café apron","description":"","status":"active","categories":["kitchen"],"options":[{"name":"size","values":["S","M"]}],"variants":[{"sku":"APRON-S","title":null,"options":{"size":"S"},"price":{"amount":2400,"currency":"EUR"}},{"sku":"APRON-M","title":null,"options":{"size":"M"},"price":{"amount":2600,"currency":"EUR"}}],"images":[],"created_at":"2026-11-28T05:16:28.160586Z","updated_at":"2026-11-28T05:16:28.160586Z"}','2026-11-28T05:16:28.160085+00:00');
INSERT INTO idempotency VALUES('admin','934d45eaaa2ae466c98d644bbf925073ea62c6bf87ac92dc759153fb97bdc59d','create product 9cde3be1bd6598fc0d94d16fbfdac03c089e330839f621509e0c6a4eff4353a0',201,'/products/01a22095-5882-75f4-af18-adb6f5d332a3','{"id":"01a22095-5882-75f4-af18-adb6f5d332a3","slug":"sisuphos","title":"Σίσυφος","description":"","status":"active","categories":[],"options":[],"variants":[{"sku":"STONE","title":null,"options":{},"price":{"amount":99,"currency":"EUR"}}],"images":["https://example.com/stone.jpg"],"created_at":"2026-11-28T05:16:28.162941Z","updated_at":"2026-11-28T05:16:28.162941Z"}','2026-11-28T05:16:28.162613+00:00');
INSERT INTO idempotency VALUES('admin','e4f95018d3e22aab83b569bec1afdcb3116878e59281c8e8abadd5a599af75f5','create product 535e6213b0f2d12afb8391f263da59dc677bd511ad2fba2ed639eae944c28958',201,'/products/01a22095-5884-717b-a50f-07168b4ed7f6','{"id":"01a22095-5884-717b-a50f-07168b4ed7f6","slug":"not-yet-for-sale","title":"Not yet for sale","description":"","status":"draft","categories":[],"options":[],"variants":[{"sku":"DRAFT","title":null,"options":{},"price":{"amount":100,"currency":"EUR"}}],"images":[],"created_at":"2026-11-28T05:16:28.164880Z","updated_at":"2026-11-28T05:16:28.164880Z"}','2026-11-28T05:16:28.164663+00:00');
INSERT INTO idempotency VALUES('admin','415321d1faa7ec8a2c3adfd1773e55db9087372dbf5eec69b1a14af9a508301b','create product 031f403d75d26d5b586c5a87feec5ef1b4c2231d61ec5551f680d2b89992b3c2',201,'/products/01a22095-5886-721e-b0d0-960697be9fa8','{"id":"01a22095-5886-721e-b0d0-960697be9fa8","slug":"not-sold-any-more","title":"Not sold any more","description":"","status":"active","categories":[],"options":[],"variants":[{"sku":"GONE","title":null,"options":{},"price":{"amount":100,"currency":"EUR"}}],"images":[],"created_at":"2026-11-28T05:16:28.166321Z","updated_at":"2026-11-28T05:16:28.166321Z"}','2026-11-28T05:16:28.166217+00:00');
INSERT INTO idempotency VALUES('admin','04b708121ea670d1577cf92a7e1641fcf6088759053138fff75f4013f3e7a8c9','create product cd9c7abf4616de3d7b17c3517b4232cf16048894306549d088085db697367493',201,'/products/01a22095-5887-7774-ac24-a54038593988','{"id":"01a22095-5887-7774-ac24-a54038593988","slug":"ordered-and-waited-for","title":"Ordered and waited for","description":"","status":"active","categories":[],"options":[],"variants":[{"sku":"WAIT","title":null,"options":{},"price":{"amount":700,"currency":"EUR"}}],"images":[],"created_at":"2026-11-28T05:16:28.167782Z","updated_at":"2026-11-28T05:16:28.167782Z"}','2026-11-28T05:16:28.167649+00:00');
INSERT INTO idempotency VALUES('admin','0b46cec298273dacee1ef8c67c9c5d68aa8830c4ad06be1d5a57e8a1d387aaa2','import products Source { format: Csv, charset: Charset(Encoding { name: "UTF-8", .. }), gzip: false, map: None, clear_empty: false } false 437c7d03777a2ab4801360d5a1421af1bd9caeb68d147f6039156f0a251d0261',200,NULL,'{"created":1,"updated":0,"unchanged":0,"rejected":1,"errors":[{"line":3,"sku":"BAD","code":"bad-price","reason":"`x`: a price is digits with a point, such as 1234.50, without a sign of its currency"}],"errors_left_out":0,"dry_run":false}','2026-11-28T05:16:28.173577+00:00');
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
INSERT INTO tenure VALUES(1,X'66a2490f079e4057823649602f676c47',X'724ae7df652d451cb5f5eee216e5ea5e','leader',1,NULL,'first start','2026-11-28T05:16:28.092161+00:00');
CREATE TABLE tenure_peer (
    module TEXT PRIMARY KEY,
    database_id BLOB NOT NULL,
    noted_by TEXT NOT NULL,
    noted_at TEXT NOT NULL
) STRICT;
INSERT INTO tenure_peer VALUES('catalog',X'724ae7df652d451cb5f5eee216e5ea5e','banyan serve (user 0)','2026-11-28T05:16:28.095329+00:00');
INSERT INTO tenure_peer VALUES('order',X'4f8c8010e1974856af34332cc6517d59','banyan serve (user 0)','2026-11-28T05:16:28.095769+00:00');
INSERT INTO tenure_peer VALUES('inventory',X'a7e71a81a4f14a7481439776dfde428f','banyan serve (user 0)','2026-11-28T05:16:28.096113+00:00');
INSERT INTO tenure_peer VALUES('payment',X'c698760fd103445185e0a7cf722ea7d5','banyan serve (user 0)','2026-11-28T05:16:28.096483+00:00');
CREATE TABLE tree (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO tree VALUES(1,3);
CREATE TABLE category (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    parent INTEGER REFERENCES category (number) CHECK (parent <> number),
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL CHECK (title <> ''),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
INSERT INTO category VALUES(1,X'01a22095587974269b8bf5d3d4cb4e36',NULL,'kitchen','Kitchen','2026-11-28T05:16:28.153965+00:00','2026-11-28T05:16:28.153965+00:00');
INSERT INTO category VALUES(2,X'01a22095587b7504b6410077aecc06f3',1,'eclairs-pots','Éclairs & Pots','2026-11-28T05:16:28.155964+00:00','2026-11-28T05:16:28.155964+00:00');
CREATE TABLE product (
    id BLOB PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('active', 'draft', 'archived')),
    version INTEGER NOT NULL CHECK (version > 0),
    title TEXT NOT NULL CHECK (title <> ''),
    title_key TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 0),
    currency TEXT NOT NULL,
    categories TEXT NOT NULL,
    options TEXT NOT NULL,
    images TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    words TEXT NOT NULL,
    description TEXT NOT NULL,
    -- version * 1000 and the number of the rules by which the product was indexed last; behind until the catalog has
    -- written the product's terms. The 1 in `product_unindexed` is `catalog`'s `domain::terms::RULES`.
    indexed INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO product VALUES(X'01a22095587d702e8e0d81277384380c','stoneware-mug','active',1,'Stoneware mug','Ip46GICM9oon03CICk3G',1250,'EUR','[1]','[]','[]','2026-11-28T05:16:28.157900+00:00','2026-11-28T05:16:28.157900+00:00',replace(' mug stoneware\n 300 holds ml','\n',char(10)),'Holds 300 ml.',1001);
INSERT INTO product VALUES(X'01a220955880764896824dad8d5ba781','cafe-apron','active',1,'Café apron','AmgpBkFfHJp6GF41X-c',2400,'EUR','[1]','[{"name":"size","values":["S","M"]}]','[]','2026-11-28T05:16:28.160586+00:00','2026-11-28T05:16:28.160586+00:00',replace(' apron apronm aprons cafe m s\n','\n',char(10)),'',1001);
INSERT INTO product VALUES(X'01a22095588275f4af18adb6f5d332a3','sisuphos','active',1,'Σίσυφος','NJ7VFZlDB370G7V8',99,'EUR','[]','[]','["https://example.com/stone.jpg"]','2026-11-28T05:16:28.162941+00:00','2026-11-28T05:16:28.162941+00:00',replace(' stone σισυφοσ\n','\n',char(10)),'',1001);
INSERT INTO product VALUES(X'01a220955884717ba50f07168b4ed7f6','not-yet-for-sale','draft',1,'Not yet for sale','GJSG04gnJFFpGoo3Imh0Bk3J',100,'EUR','[]','[]','[]','2026-11-28T05:16:28.164880+00:00','2026-11-28T05:16:28.164880+00:00',replace(' draft for not sale yet\n','\n',char(10)),'',1001);
INSERT INTO product VALUES(X'01a220955886721eb0d0960697be9fa8','not-sold-any-more','archived',2,'Not sold any more','GJSG03x6FI339oKQ03C6IIB04F',100,'EUR','[]','[]','[]','2026-11-28T05:16:28.166321+00:00','2026-11-28T05:16:28.170983+00:00',replace(' any gone more not sold\n','\n',char(10)),'',2001);
INSERT INTO product VALUES(X'01a2209558877774ac24a54038593988','ordered-and-waited-for','active',1,'Ordered and waited for','GoolBoonBFFfGI33KmgvJIBl02K6IF3P',700,'EUR','[]','[]','[]','2026-11-28T05:16:28.167782+00:00','2026-11-28T05:16:28.167782+00:00',replace(' and for ordered wait waited\n','\n',char(10)),'',1001);
INSERT INTO product VALUES(X'01a22095588c736fa50704100ba89230','enamel-pot','active',1,'Enamel pot','BoJfFnC003_6JF3D',3100,'EUR','[1]','[]','[]','2026-11-28T05:16:28.172771+00:00','2026-11-28T05:16:28.172771+00:00',replace(' enamel pot\n','\n',char(10)),'',1001);
CREATE TABLE variant (
    sku TEXT PRIMARY KEY,
    product_id BLOB NOT NULL REFERENCES product (id),
    place INTEGER NOT NULL CHECK (place >= 0),
    title TEXT,
    options TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price >= 0),
    currency TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO variant VALUES('APRON-M',X'01a220955880764896824dad8d5ba781',1,NULL,'{"size":"M"}',2600,'EUR');
INSERT INTO variant VALUES('APRON-S',X'01a220955880764896824dad8d5ba781',0,NULL,'{"size":"S"}',2400,'EUR');
INSERT INTO variant VALUES('DRAFT',X'01a220955884717ba50f07168b4ed7f6',0,NULL,'{}',100,'EUR');
INSERT INTO variant VALUES('GONE',X'01a220955886721eb0d0960697be9fa8',0,NULL,'{}',100,'EUR');
INSERT INTO variant VALUES('MUG',X'01a22095587d702e8e0d81277384380c',0,NULL,'{}',1250,'EUR');
INSERT INTO variant VALUES('POT',X'01a22095588c736fa50704100ba89230',0,NULL,'{}',3100,'EUR');
INSERT INTO variant VALUES('STONE',X'01a22095588275f4af18adb6f5d332a3',0,NULL,'{}',99,'EUR');
INSERT INTO variant VALUES('WAIT',X'01a2209558877774ac24a54038593988',0,NULL,'{}',700,'EUR');
CREATE TABLE shelf (
    category INTEGER NOT NULL REFERENCES category (number),
    listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
    product_id BLOB NOT NULL REFERENCES product (id),
    title_key TEXT NOT NULL,
    price INTEGER NOT NULL,
    PRIMARY KEY (category, listed, product_id)
) STRICT, WITHOUT ROWID;
INSERT INTO shelf VALUES(1,1,X'01a22095587d702e8e0d81277384380c','Ip46GICM9oon03CICk3G',1250);
INSERT INTO shelf VALUES(1,1,X'01a220955880764896824dad8d5ba781','AmgpBkFfHJp6GF41X-c',2400);
INSERT INTO shelf VALUES(1,1,X'01a22095588c736fa50704100ba89230','BoJfFnC003_6JF3D',3100);
CREATE TABLE search_doc (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id BLOB NOT NULL UNIQUE REFERENCES product (id),
    title_key TEXT NOT NULL,
    price INTEGER NOT NULL
) STRICT;
INSERT INTO search_doc VALUES(1,X'01a22095587d702e8e0d81277384380c','Ip46GICM9oon03CICk3G',1250);
INSERT INTO search_doc VALUES(2,X'01a220955880764896824dad8d5ba781','AmgpBkFfHJp6GF41X-c',2400);
INSERT INTO search_doc VALUES(3,X'01a22095588275f4af18adb6f5d332a3','NJ7VFZlDB370G7V8',99);
INSERT INTO search_doc VALUES(4,X'01a220955884717ba50f07168b4ed7f6','GJSG04gnJFFpGoo3Imh0Bk3J',100);
INSERT INTO search_doc VALUES(5,X'01a220955886721eb0d0960697be9fa8','GJSG03x6FI339oKQ03C6IIB04F',100);
INSERT INTO search_doc VALUES(6,X'01a2209558877774ac24a54038593988','GoolBoonBFFfGI33KmgvJIBl02K6IF3P',700);
INSERT INTO search_doc VALUES(8,X'01a22095588c736fa50704100ba89230','BoJfFnC003_6JF3D',3100);
CREATE TABLE search_map (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    ready INTEGER NOT NULL,
    building INTEGER NOT NULL,
    products INTEGER NOT NULL
) STRICT;
INSERT INTO search_map VALUES(1,0,0,0);
CREATE TABLE search_part (
    generation INTEGER NOT NULL,
    list INTEGER NOT NULL,
    part INTEGER NOT NULL,
    low_name TEXT,
    low_price INTEGER,
    PRIMARY KEY (generation, list, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE search_hint (
    generation INTEGER NOT NULL,
    list INTEGER NOT NULL,
    term TEXT NOT NULL,
    b0 INTEGER NOT NULL,
    b1 INTEGER NOT NULL,
    b2 INTEGER NOT NULL,
    b3 INTEGER NOT NULL,
    b4 INTEGER NOT NULL,
    b5 INTEGER NOT NULL,
    b6 INTEGER NOT NULL,
    b7 INTEGER NOT NULL,
    PRIMARY KEY (generation, list, term)
) STRICT, WITHOUT ROWID;
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','search_text','search_text',0,'CREATE VIRTUAL TABLE search_text
    USING fts5 (terms, content = '''', contentless_delete = 1, detail = none, tokenize = ''ascii'')');
CREATE TABLE IF NOT EXISTS 'search_text_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO search_text_data VALUES(1,X'088146');
INSERT INTO search_text_data VALUES(10,X'00000000ff000001010809000801010101010000010201010202000001030101030300000104010104040000010501010505010101060101060600000107010107070000010801010808000001');
INSERT INTO search_text_data VALUES(137438953473,X'000000810230330102013001030130010101680102016f0103016c010401640101016d0102016c010201750103016701010173010201740103016f0104016e01050265770107026172010103c2a26d010401750105016701030173010401740105016f0106016e01070265770109026172010207a6616374697665010202a731010404040404040404040404040404040405050604040404040405050a');
INSERT INTO search_text_data VALUES(274877906945,X'0000007702306102020170020301720204016f0205026e6d02060173020101630202016102030166020401650201016d02010173020103c2a26102040170020501720206016f0207026e6d02080173020301630204016102050166020601650203016d02030173020207a6616374697665020202a73102040404040405040404040404040604040405040404040404040a');
INSERT INTO search_text_data VALUES(412316860417,X'00000066023073030201740303016f0304016e030103c2a273030401740305016f0306016e030302cf83030502ceb9030702cf83030902cf85030b04cf86cebf030207a6616374697665030102cf83030302ceb9030502cf83030702cf85030904cf86cebf0304040404040604040405050505070a05050505');
INSERT INTO search_text_data VALUES(549755813889,X'000000530430c2a464040401720405016104060166040301660404016f040501720403016e0404016f0405017404030173040401610405016c04060165040301790404016504050174040206a6647261667404040604040404040404040404040404040404');
INSERT INTO search_text_data VALUES(687194767361,X'000000a00230610502016e05030179050101670502016f0503016e050401650501016d0502016f05030172050401650501016e0502016f05030174050101730502016f0503016c05040164050103c2a2610504016e05050179050301670504016f0505016e050601650503016d0504016f05050172050601650503016e0504016f05050174050301730504016f0505016c05060164050207a66163746976650504040404040404040404040404040404040404060404040404040404040404040404040404');
INSERT INTO search_text_data VALUES(824633720833,X'000000940230610602016e06030164060101660602016f060301720601016f0602017206030164060401650605027265060101770602016106030169060401740605026564060103c2a2610604016e06050164060301660604016f060501720603016f0604017206050164060601650607027265060301770604016106050169060601740607026564060207a661637469766506040404040404040404040405040404040506040404040404040404050404040405');
INSERT INTO search_text_data VALUES(962072674305,X'0000005a0430c2a4610504016e05050179050301670504016f0505016e050601650503016d0504016f05050172050601650503016e0504016f05050174050301730504016f0505016c05060164050209a661726368697665640504060404040404040404040404040404040404');
INSERT INTO search_text_data VALUES(1099511627777,X'000000570230650802016e080301610804016d080502656c080101700802016f08030174080103c2a2650804016e080501610806016d080702656c080301700804016f08050174080207a6616374697665080202a7310804040404040504040406040404050404040a');
INSERT INTO search_text_data VALUES(9007886449508352,X'04000000000000010000000000000000000000000000000000000000000000050000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE IF NOT EXISTS 'search_text_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO search_text_idx VALUES(1,X'',2);
INSERT INTO search_text_idx VALUES(2,X'',2);
INSERT INTO search_text_idx VALUES(3,X'',2);
INSERT INTO search_text_idx VALUES(4,X'',2);
INSERT INTO search_text_idx VALUES(5,X'',2);
INSERT INTO search_text_idx VALUES(6,X'',2);
INSERT INTO search_text_idx VALUES(7,X'',2);
INSERT INTO search_text_idx VALUES(8,X'',2);
CREATE TABLE IF NOT EXISTS 'search_text_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);
INSERT INTO search_text_docsize VALUES(1,X'1c',1);
INSERT INTO search_text_docsize VALUES(2,X'1a',2);
INSERT INTO search_text_docsize VALUES(3,X'13',3);
INSERT INTO search_text_docsize VALUES(4,X'12',4);
INSERT INTO search_text_docsize VALUES(5,X'13',7);
INSERT INTO search_text_docsize VALUES(6,X'21',6);
INSERT INTO search_text_docsize VALUES(8,X'12',8);
CREATE TABLE IF NOT EXISTS 'search_text_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO search_text_config VALUES('version',4);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('category',2);
INSERT INTO sqlite_sequence VALUES('search_doc',8);
INSERT INTO sqlite_sequence VALUES('outbox',8);
CREATE INDEX parked_event_stream ON parked_event (consumer, source, stream, position);
CREATE INDEX idempotency_created ON idempotency (created_at);
CREATE INDEX category_children ON category (parent);
CREATE INDEX product_unindexed ON product (id) WHERE indexed <> version * 1000 + 1;
CREATE INDEX product_unlisted ON product (status, id) WHERE status <> 'active';
CREATE INDEX product_newest ON product (id) WHERE status = 'active';
CREATE INDEX product_by_title ON product (title_key, id) WHERE status = 'active';
CREATE INDEX product_by_price ON product (price, id) WHERE status = 'active';
CREATE INDEX variant_of_product ON variant (product_id, place);
CREATE INDEX shelf_by_title ON shelf (category, listed, title_key, product_id);
CREATE INDEX shelf_by_price ON shelf (category, listed, price, product_id);
PRAGMA writable_schema=OFF;
COMMIT;
