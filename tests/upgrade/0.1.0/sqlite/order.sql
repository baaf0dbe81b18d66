PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
INSERT INTO seaql_migrations VALUES('m0001_kernel',1795842988);
INSERT INTO seaql_migrations VALUES('m0001_order',1795842988);
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
INSERT INTO outbox VALUES(1,X'01a22095589b77da8eab49b61e5f8cad','order.placed.v1','01a22095-589a-77ab-a25c-373165538b0c',1,'2026-11-28T05:16:28.187494+00:00',X'01a22095589a77aba25c372fb2df179f',X'01a22095589a77aba25c372fb2df179f','00-01a22095589a77aba25c37300bda4c95-a25c37300bda4c95-00','{"by":"guest","number":"1000001","order":"01a22095-589a-77ab-a25c-373165538b0c","total":{"amount":2400,"currency":"EUR"}}');
INSERT INTO outbox VALUES(2,X'01a2209558a0735e80bea841fc8a7f3f','order.confirmed.v1','01a22095-589a-77ab-a25c-373165538b0c',2,'2026-11-28T05:16:28.192251+00:00',X'01a22095589a77aba25c372fb2df179f',X'01a22095589a77aba25c372fb2df179f','00-01a22095589a77aba25c37300bda4c95-a25c37300bda4c95-00','{"lines":[{"quantity":1,"sku":"APRON-S"}],"number":"1000001","order":"01a22095-589a-77ab-a25c-373165538b0c","payment":"01a22095-589d-749a-8f1a-7e1657ffebc3","total":{"amount":2400,"currency":"EUR"}}');
INSERT INTO outbox VALUES(3,X'01a2209558a57528ac517ead6f79d750','order.fulfilled.v1','01a22095-589a-77ab-a25c-373165538b0c',3,'2026-11-28T05:16:28.197660+00:00',X'01a2209558a474ec8d129156ba80216c',X'01a2209558a474ec8d129156ba80216c','00-01a2209558a474ec8d129157d6d67d98-8d129157d6d67d98-00','{"by":"admin","complete":true,"fulfilment":"01a22095-58a4-74ec-8d12-91589cfe1ca4","lines":[{"quantity":1,"sku":"APRON-S"}],"order":"01a22095-589a-77ab-a25c-373165538b0c"}');
INSERT INTO outbox VALUES(4,X'01a220958e6d77288647de10aab63c5f','order.placed.v1','01a22095-8e6c-71fe-84b8-d4c71c1cda46',1,'2026-11-28T05:16:41.965538+00:00',X'01a220958e6b7391bb3ad38d0f059d3a',X'01a220958e6b7391bb3ad38d0f059d3a','00-01a220958e6c71fe84b8d4c6b521bbcb-84b8d4c6b521bbcb-00','{"by":"guest","number":"1000002","order":"01a22095-8e6c-71fe-84b8-d4c71c1cda46","total":{"amount":3100,"currency":"EUR"}}');
INSERT INTO outbox VALUES(5,X'01a220958e7176158ca59a6cfb9d93a3','order.confirmed.v1','01a22095-8e6c-71fe-84b8-d4c71c1cda46',2,'2026-11-28T05:16:41.969840+00:00',X'01a220958e6b7391bb3ad38d0f059d3a',X'01a220958e6b7391bb3ad38d0f059d3a','00-01a220958e6c71fe84b8d4c6b521bbcb-84b8d4c6b521bbcb-00','{"lines":[{"quantity":1,"sku":"POT"}],"number":"1000002","order":"01a22095-8e6c-71fe-84b8-d4c71c1cda46","payment":"01a22095-8e6f-779f-b6e1-7e74fbcc825b","total":{"amount":3100,"currency":"EUR"}}');
INSERT INTO outbox VALUES(6,X'01a220958e7673aca0bb0da40c827f31','order.placed.v1','01a22095-8e76-73ac-a0bb-0da305c9babc',1,'2026-11-28T05:16:41.974800+00:00',X'01a220958e7577b29f3fa0e50fdd954c',X'01a220958e7577b29f3fa0e50fdd954c','00-01a220958e7577b29f3fa0e6af8b3ed5-9f3fa0e6af8b3ed5-00','{"by":"guest","number":"1000003","order":"01a22095-8e76-73ac-a0bb-0da305c9babc","total":{"amount":8200,"currency":"EUR"}}');
INSERT INTO outbox VALUES(7,X'01a220958e79771e9bcb35e27d824e54','order.confirmed.v1','01a22095-8e76-73ac-a0bb-0da305c9babc',2,'2026-11-28T05:16:41.977203+00:00',X'01a220958e7577b29f3fa0e50fdd954c',X'01a220958e7577b29f3fa0e50fdd954c','00-01a220958e7577b29f3fa0e6af8b3ed5-9f3fa0e6af8b3ed5-00','{"lines":[{"quantity":1,"sku":"APRON-M"},{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"number":"1000003","order":"01a22095-8e76-73ac-a0bb-0da305c9babc","payment":"01a22095-8e77-7197-9bb6-48e44909190e","total":{"amount":8200,"currency":"EUR"}}');
INSERT INTO outbox VALUES(8,X'01a220958e7c71e18c0d0f4eb229b662','order.placed.v1','01a22095-8e7c-71e1-8c0d-0f4d2c6ead95',1,'2026-11-28T05:16:41.980738+00:00',X'01a220958e7c71e18c0d0f4b3657fb39',X'01a220958e7c71e18c0d0f4b3657fb39','00-01a220958e7c71e18c0d0f4c610e73d2-8c0d0f4c610e73d2-00','{"by":"guest","number":"1000004","order":"01a22095-8e7c-71e1-8c0d-0f4d2c6ead95","total":{"amount":990000,"currency":"EUR"}}');
INSERT INTO outbox VALUES(9,X'01a220958e7d75cd96ad42c38b368fcc','order.rejected.v1','01a22095-8e7c-71e1-8c0d-0f4d2c6ead95',2,'2026-11-28T05:16:41.981728+00:00',X'01a220958e7c71e18c0d0f4b3657fb39',X'01a220958e7c71e18c0d0f4b3657fb39','00-01a220958e7c71e18c0d0f4c610e73d2-8c0d0f4c610e73d2-00','{"order":"01a22095-8e7c-71e1-8c0d-0f4d2c6ead95","reason":"out-of-stock"}');
INSERT INTO outbox VALUES(10,X'01a220958e807125af3fdc7bf78209ea','order.placed.v1','01a22095-8e7f-77c5-a313-eae71ebd34d7',1,'2026-11-28T05:16:41.984367+00:00',X'01a220958e7f77c5a313eae43345c50d',X'01a220958e7f77c5a313eae43345c50d','00-01a220958e7f77c5a313eae5eea1a28c-a313eae5eea1a28c-00','{"by":"guest","number":"1000005","order":"01a22095-8e7f-77c5-a313-eae71ebd34d7","total":{"amount":1250,"currency":"EUR"}}');
INSERT INTO outbox VALUES(11,X'01a220958e8571fb82e879b57c2b62a2','order.rejected.v1','01a22095-8e7f-77c5-a313-eae71ebd34d7',2,'2026-11-28T05:16:41.989183+00:00',X'01a220958e7f77c5a313eae43345c50d',X'01a220958e7f77c5a313eae43345c50d','00-01a220958e7f77c5a313eae5eea1a28c-a313eae5eea1a28c-00','{"order":"01a22095-8e7f-77c5-a313-eae71ebd34d7","reason":"payment-declined"}');
INSERT INTO outbox VALUES(12,X'01a220958e87745e8219b3bd012b2ba5','order.placed.v1','01a22095-8e86-74ff-8fe9-1ae38b323045',1,'2026-11-28T05:16:41.991063+00:00',X'01a220958e8674ff8fe91ae0338e0f81',X'01a220958e8674ff8fe91ae0338e0f81','00-01a220958e8674ff8fe91ae1e287c7b4-8fe91ae1e287c7b4-00','{"by":"guest","number":"1000006","order":"01a22095-8e86-74ff-8fe9-1ae38b323045","total":{"amount":1250,"currency":"EUR"}}');
INSERT INTO outbox VALUES(13,X'01a22095927377aab2422803feadc658','order.confirmed.v1','01a22095-8e86-74ff-8fe9-1ae38b323045',2,'2026-11-28T05:16:42.995544+00:00',X'01a220958e8674ff8fe91ae0338e0f81',X'01a220958e8674ff8fe91ae0338e0f81','00-01a220958e8674ff8fe91ae1e287c7b4-8fe91ae1e287c7b4-00','{"lines":[{"quantity":1,"sku":"MUG"}],"number":"1000006","order":"01a22095-8e86-74ff-8fe9-1ae38b323045","payment":"01a22095-8e88-7457-a25e-8bfa90a51585","total":{"amount":1250,"currency":"EUR"}}');
INSERT INTO outbox VALUES(14,X'01a22095927874f5a893d7c41c95668d','order.placed.v1','01a22095-9278-74f5-a893-d7c3cc5e4e0d',1,'2026-11-28T05:16:43.000352+00:00',X'01a220959277729c84c4f602f5e2cb11',X'01a220959277729c84c4f602f5e2cb11','00-01a220959277729c84c4f60373e65525-84c4f60373e65525-00','{"by":"guest","number":"1000007","order":"01a22095-9278-74f5-a893-d7c3cc5e4e0d","total":{"amount":1250,"currency":"EUR"}}');
INSERT INTO outbox VALUES(15,X'01a22095966e7074a38d6f85a81024b4','order.confirmed.v1','01a22095-9278-74f5-a893-d7c3cc5e4e0d',2,'2026-11-28T05:16:44.014907+00:00',X'01a220959277729c84c4f602f5e2cb11',X'01a220959277729c84c4f602f5e2cb11','00-01a220959277729c84c4f60373e65525-84c4f60373e65525-00','{"lines":[{"quantity":1,"sku":"MUG"}],"number":"1000007","order":"01a22095-9278-74f5-a893-d7c3cc5e4e0d","payment":"01a22095-9279-75f7-9207-30220dcbe63c","total":{"amount":1250,"currency":"EUR"}}');
INSERT INTO outbox VALUES(16,X'01a22095967471cda9a86be364b417f5','order.placed.v1','01a22095-9673-771a-bd06-66c342aa8f3b',1,'2026-11-28T05:16:44.020048+00:00',X'01a220959673771abd0666c1bbfaf116',X'01a220959673771abd0666c1bbfaf116','00-01a220959673771abd0666c2f1c2d711-bd0666c2f1c2d711-00','{"by":"guest","number":"1000008","order":"01a22095-9673-771a-bd06-66c342aa8f3b","total":{"amount":8200,"currency":"EUR"}}');
INSERT INTO outbox VALUES(17,X'01a22095967672cbb25e074c5069a56d','order.confirmed.v1','01a22095-9673-771a-bd06-66c342aa8f3b',2,'2026-11-28T05:16:44.022413+00:00',X'01a220959673771abd0666c1bbfaf116',X'01a220959673771abd0666c1bbfaf116','00-01a220959673771abd0666c2f1c2d711-bd0666c2f1c2d711-00','{"lines":[{"quantity":1,"sku":"APRON-M"},{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"number":"1000008","order":"01a22095-9673-771a-bd06-66c342aa8f3b","payment":"01a22095-9675-74db-84de-e815d7559320","total":{"amount":8200,"currency":"EUR"}}');
INSERT INTO outbox VALUES(18,X'01a22095967a702395684bb1022722b1','order.cancelled.v1','01a22095-9673-771a-bd06-66c342aa8f3b',3,'2026-11-28T05:16:44.026463+00:00',X'01a22095967971e0883eaa762b3ca0eb',X'01a22095967971e0883eaa762b3ca0eb','00-01a22095967971e0883eaa77a11ad06f-883eaa77a11ad06f-00','{"amount":{"amount":8200,"currency":"EUR"},"by":"guest","order":"01a22095-9673-771a-bd06-66c342aa8f3b","reason":"requested","refund":"01a22095-9679-71e0-883e-aa78c3c817a1"}');
INSERT INTO outbox VALUES(19,X'01a22095967d75359efb58a192506fbc','order.placed.v1','01a22095-967c-709a-a771-316cd7a1e6be',1,'2026-11-28T05:16:44.029049+00:00',X'01a22095967b74a2bed35d300d9a1de0',X'01a22095967b74a2bed35d300d9a1de0','00-01a22095967b74a2bed35d3397750f9e-bed35d3397750f9e-00','{"by":"guest","number":"1000009","order":"01a22095-967c-709a-a771-316cd7a1e6be","total":{"amount":6350,"currency":"EUR"}}');
INSERT INTO outbox VALUES(20,X'01a22095968074faa64fbd201858c510','order.confirmed.v1','01a22095-967c-709a-a771-316cd7a1e6be',2,'2026-11-28T05:16:44.033+00:00',X'01a22095967b74a2bed35d300d9a1de0',X'01a22095967b74a2bed35d300d9a1de0','00-01a22095967b74a2bed35d3397750f9e-bed35d3397750f9e-00','{"lines":[{"quantity":1,"sku":"APRON-M"},{"quantity":3,"sku":"MUG"}],"number":"1000009","order":"01a22095-967c-709a-a771-316cd7a1e6be","payment":"01a22095-967e-717e-8c0d-614b5eebc1f3","total":{"amount":6350,"currency":"EUR"}}');
INSERT INTO outbox VALUES(21,X'01a220959685758b8736f0d3290c558c','order.fulfilled.v1','01a22095-967c-709a-a771-316cd7a1e6be',3,'2026-11-28T05:16:44.037307+00:00',X'01a2209596847405ae534d13ee02c7d5',X'01a2209596847405ae534d13ee02c7d5','00-01a220959685758b8736f0d18612372c-8736f0d18612372c-00','{"by":"admin","complete":false,"fulfilment":"01a22095-9685-758b-8736-f0d248ad3202","lines":[{"quantity":2,"sku":"MUG"}],"order":"01a22095-967c-709a-a771-316cd7a1e6be"}');
INSERT INTO outbox VALUES(22,X'01a220959687767ebcaf0b70cba14213','order.returned.v1','01a22095-967c-709a-a771-316cd7a1e6be',4,'2026-11-28T05:16:44.039754+00:00',X'01a22095968672f3b8126f0e07eb945b',X'01a22095968672f3b8126f0e07eb945b','00-01a22095968672f3b8126f0f4baf010d-b8126f0f4baf010d-00','{"amount":{"amount":2600,"currency":"EUR"},"by":"guest","called_off":true,"lines":[{"quantity":1,"shipped":0,"sku":"APRON-M"}],"order":"01a22095-967c-709a-a771-316cd7a1e6be","reason":"one is enough","refund":"01a22095-9686-72f3-b812-6f11be62fdc4","restock":true,"return":"01a22095-9686-72f3-b812-6f10f0cfd354"}');
INSERT INTO outbox VALUES(23,X'01a22095968a77c2bf3739f3757d26cd','order.placed.v1','01a22095-9689-7724-b699-fd95359734f7',1,'2026-11-28T05:16:44.042129+00:00',X'01a2209596897724b699fd920a3d4de9',X'01a2209596897724b699fd920a3d4de9','00-01a2209596897724b699fd938b0cc0ee-b699fd938b0cc0ee-00','{"by":"guest","number":"1000010","order":"01a22095-9689-7724-b699-fd95359734f7","total":{"amount":5600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(24,X'01a22095968e762bb72cc28145b3b086','order.confirmed.v1','01a22095-9689-7724-b699-fd95359734f7',2,'2026-11-28T05:16:44.046009+00:00',X'01a2209596897724b699fd920a3d4de9',X'01a2209596897724b699fd920a3d4de9','00-01a2209596897724b699fd938b0cc0ee-b699fd938b0cc0ee-00','{"lines":[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"number":"1000010","order":"01a22095-9689-7724-b699-fd95359734f7","payment":"01a22095-968b-77e6-933f-05c2697d6835","total":{"amount":5600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(25,X'01a220959692718f84d14d6f605f5d1e','order.fulfilled.v1','01a22095-9689-7724-b699-fd95359734f7',3,'2026-11-28T05:16:44.050457+00:00',X'01a220959692718f84d14d6c84562949',X'01a220959692718f84d14d6c84562949','00-01a220959692718f84d14d6d868a7e00-84d14d6d868a7e00-00','{"by":"admin","complete":true,"fulfilment":"01a22095-9692-718f-84d1-4d6e67aac1d3","lines":[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"order":"01a22095-9689-7724-b699-fd95359734f7"}');
INSERT INTO outbox VALUES(26,X'01a22095969471f59501803a64a35f71','order.return_requested.v1','01a22095-9689-7724-b699-fd95359734f7',4,'2026-11-28T05:16:44.052879+00:00',X'01a22095969372dbbce3532a70d724c8',X'01a22095969372dbbce3532a70d724c8','00-01a22095969372dbbce3532b70709ab5-bce3532b70709ab5-00','{"amount":{"amount":1250,"currency":"EUR"},"by":"guest","lines":[{"quantity":1,"sku":"MUG"}],"order":"01a22095-9689-7724-b699-fd95359734f7","reason":"to be requested","return":"01a22095-9694-71f5-9501-803822c4aa8f"}');
INSERT INTO outbox VALUES(27,X'01a22095969776d9a7b3944bcf12aaff','order.placed.v1','01a22095-9697-76d9-a7b3-944ac82510f2',1,'2026-11-28T05:16:44.055586+00:00',X'01a22095969776d9a7b39448f803991f',X'01a22095969776d9a7b39448f803991f','00-01a22095969776d9a7b39449afdfd40f-a7b39449afdfd40f-00','{"by":"guest","number":"1000011","order":"01a22095-9697-76d9-a7b3-944ac82510f2","total":{"amount":5600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(28,X'01a22095969974888f1f9e84f083987a','order.confirmed.v1','01a22095-9697-76d9-a7b3-944ac82510f2',2,'2026-11-28T05:16:44.057850+00:00',X'01a22095969776d9a7b39448f803991f',X'01a22095969776d9a7b39448f803991f','00-01a22095969776d9a7b39449afdfd40f-a7b39449afdfd40f-00','{"lines":[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"number":"1000011","order":"01a22095-9697-76d9-a7b3-944ac82510f2","payment":"01a22095-9698-7052-af4f-2e2ed2aae4fc","total":{"amount":5600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(29,X'01a22095969d702487d21974478c39ad','order.fulfilled.v1','01a22095-9697-76d9-a7b3-944ac82510f2',3,'2026-11-28T05:16:44.061325+00:00',X'01a22095969c75538d0bcdc093491ec1',X'01a22095969c75538d0bcdc093491ec1','00-01a22095969c75538d0bcdc10f12fc52-8d0bcdc10f12fc52-00','{"by":"admin","complete":true,"fulfilment":"01a22095-969c-7553-8d0b-cdc293ae665a","lines":[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"order":"01a22095-9697-76d9-a7b3-944ac82510f2"}');
INSERT INTO outbox VALUES(30,X'01a22095969f719e85ea7c5de87f9231','order.return_requested.v1','01a22095-9697-76d9-a7b3-944ac82510f2',4,'2026-11-28T05:16:44.063574+00:00',X'01a22095969e71ddade5f72f6381bc8a',X'01a22095969e71ddade5f72f6381bc8a','00-01a22095969e71ddade5f73052e5cd08-ade5f73052e5cd08-00','{"amount":{"amount":1250,"currency":"EUR"},"by":"guest","lines":[{"quantity":1,"sku":"MUG"}],"order":"01a22095-9697-76d9-a7b3-944ac82510f2","reason":"to be approve","return":"01a22095-969f-719e-85ea-7c5be1d54fae"}');
INSERT INTO outbox VALUES(31,X'01a2209596a172d6bbeea3a3627a360c','order.returned.v1','01a22095-9697-76d9-a7b3-944ac82510f2',5,'2026-11-28T05:16:44.065714+00:00',X'01a2209596a172d6bbeea3a189666f17',X'01a2209596a172d6bbeea3a189666f17','00-01a2209596a172d6bbeea3a23da8c484-bbeea3a23da8c484-00','{"amount":{"amount":1250,"currency":"EUR"},"by":"admin","lines":[],"order":"01a22095-9697-76d9-a7b3-944ac82510f2","reason":"to be approve","refund":"01a22095-969f-719e-85ea-7c5ca8031584","restock":false,"return":"01a22095-969f-719e-85ea-7c5be1d54fae"}');
INSERT INTO outbox VALUES(32,X'01a2209596a372fd80f181a115524f07','order.placed.v1','01a22095-96a3-72fd-80f1-81a09b7ec6d2',1,'2026-11-28T05:16:44.067965+00:00',X'01a2209596a277be88368f8504942b7f',X'01a2209596a277be88368f8504942b7f','00-01a2209596a277be88368f868dcf72b0-88368f868dcf72b0-00','{"by":"guest","number":"1000012","order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2","total":{"amount":5600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(33,X'01a2209596a773ea83dbfd0fb0a4ca2a','order.confirmed.v1','01a22095-96a3-72fd-80f1-81a09b7ec6d2',2,'2026-11-28T05:16:44.071218+00:00',X'01a2209596a277be88368f8504942b7f',X'01a2209596a277be88368f8504942b7f','00-01a2209596a277be88368f868dcf72b0-88368f868dcf72b0-00','{"lines":[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"number":"1000012","order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2","payment":"01a22095-96a5-719d-9d8a-d63db61cba47","total":{"amount":5600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(34,X'01a2209596ab764eb74b3165a00acf83','order.fulfilled.v1','01a22095-96a3-72fd-80f1-81a09b7ec6d2',3,'2026-11-28T05:16:44.075842+00:00',X'01a2209596ab764eb74b316227e7ecd2',X'01a2209596ab764eb74b316227e7ecd2','00-01a2209596ab764eb74b3163872cb586-b74b3163872cb586-00','{"by":"admin","complete":true,"fulfilment":"01a22095-96ab-764e-b74b-3164cea9d798","lines":[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2"}');
INSERT INTO outbox VALUES(35,X'01a2209596ae7100a5bae9cf2167b008','order.return_requested.v1','01a22095-96a3-72fd-80f1-81a09b7ec6d2',4,'2026-11-28T05:16:44.078346+00:00',X'01a2209596ac70a680604ee2b3904177',X'01a2209596ac70a680604ee2b3904177','00-01a2209596ac70a680604ee3e310cc7e-80604ee3e310cc7e-00','{"amount":{"amount":1250,"currency":"EUR"},"by":"guest","lines":[{"quantity":1,"sku":"MUG"}],"order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2","reason":"to be receive","return":"01a22095-96ae-7100-a5ba-e9cd80dbf480"}');
INSERT INTO outbox VALUES(36,X'01a2209596b171b2ad07c66b88e6a6db','order.returned.v1','01a22095-96a3-72fd-80f1-81a09b7ec6d2',5,'2026-11-28T05:16:44.081430+00:00',X'01a2209596b07011b9b785d73c469851',X'01a2209596b07011b9b785d73c469851','00-01a2209596b07011b9b785d89b101d0f-b9b785d89b101d0f-00','{"amount":{"amount":1250,"currency":"EUR"},"by":"admin","lines":[{"quantity":1,"shipped":1,"sku":"MUG"}],"order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2","reason":"to be receive","refund":"01a22095-96ae-7100-a5ba-e9cef2c6f143","restock":false,"return":"01a22095-96ae-7100-a5ba-e9cd80dbf480"}');
INSERT INTO outbox VALUES(37,X'01a2209596b377d4a78072fc861b144c','order.placed.v1','01a22095-96b3-77d4-a780-72fbda6b6b49',1,'2026-11-28T05:16:44.083723+00:00',X'01a2209596b270f8bedddf99cb550171',X'01a2209596b270f8bedddf99cb550171','00-01a2209596b270f8bedddf9a16d02414-bedddf9a16d02414-00','{"by":"guest","number":"1000013","order":"01a22095-96b3-77d4-a780-72fbda6b6b49","total":{"amount":5600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(38,X'01a2209596b675b8a1d0af8ea2f26e4f','order.confirmed.v1','01a22095-96b3-77d4-a780-72fbda6b6b49',2,'2026-11-28T05:16:44.086809+00:00',X'01a2209596b270f8bedddf99cb550171',X'01a2209596b270f8bedddf99cb550171','00-01a2209596b270f8bedddf9a16d02414-bedddf9a16d02414-00','{"lines":[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"number":"1000013","order":"01a22095-96b3-77d4-a780-72fbda6b6b49","payment":"01a22095-96b4-71ce-9a26-d594c9766476","total":{"amount":5600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(39,X'01a2209596bb7550b025d33561cb6a36','order.fulfilled.v1','01a22095-96b3-77d4-a780-72fbda6b6b49',3,'2026-11-28T05:16:44.091599+00:00',X'01a2209596ba73c5af3e487d3e989d50',X'01a2209596ba73c5af3e487d3e989d50','00-01a2209596ba73c5af3e487e9f5f1075-af3e487e9f5f1075-00','{"by":"admin","complete":true,"fulfilment":"01a22095-96ba-73c5-af3e-487f363a5686","lines":[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"order":"01a22095-96b3-77d4-a780-72fbda6b6b49"}');
INSERT INTO outbox VALUES(40,X'01a2209596bd7242af36eb2f76750d8b','order.return_requested.v1','01a22095-96b3-77d4-a780-72fbda6b6b49',4,'2026-11-28T05:16:44.093720+00:00',X'01a2209596bc7141bb29767b660b3973',X'01a2209596bc7141bb29767b660b3973','00-01a2209596bc7141bb29767c717fe191-bb29767c717fe191-00','{"amount":{"amount":1250,"currency":"EUR"},"by":"guest","lines":[{"quantity":1,"sku":"MUG"}],"order":"01a22095-96b3-77d4-a780-72fbda6b6b49","reason":"to be refuse","return":"01a22095-96bd-7242-af36-eb2d1e6162d0"}');
INSERT INTO outbox VALUES(41,X'01a2209596c070d28d6a93247fdc8fa6','order.return_refused.v1','01a22095-96b3-77d4-a780-72fbda6b6b49',5,'2026-11-28T05:16:44.096150+00:00',X'01a2209596bf74aebc76f1515765b4b8',X'01a2209596bf74aebc76f1515765b4b8','00-01a2209596bf74aebc76f1527eeec7ac-bc76f1527eeec7ac-00','{"by":"admin","order":"01a22095-96b3-77d4-a780-72fbda6b6b49","reason":"worn","return":"01a22095-96bd-7242-af36-eb2d1e6162d0"}');
INSERT INTO outbox VALUES(42,X'01a2209596c175088cd6c5f8e69e650d','order.placed.v1','01a22095-96c1-7508-8cd6-c5f7538151ae',1,'2026-11-28T05:16:44.097621+00:00',X'01a2209596c175088cd6c5f528a9b294',X'01a2209596c175088cd6c5f528a9b294','00-01a2209596c175088cd6c5f66aa85c74-8cd6c5f66aa85c74-00','{"by":"guest","number":"1000014","order":"01a22095-96c1-7508-8cd6-c5f7538151ae","total":{"amount":5600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(43,X'01a2209596c371548af9182e01a1bef1','order.confirmed.v1','01a22095-96c1-7508-8cd6-c5f7538151ae',2,'2026-11-28T05:16:44.099865+00:00',X'01a2209596c175088cd6c5f528a9b294',X'01a2209596c175088cd6c5f528a9b294','00-01a2209596c175088cd6c5f66aa85c74-8cd6c5f66aa85c74-00','{"lines":[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"number":"1000014","order":"01a22095-96c1-7508-8cd6-c5f7538151ae","payment":"01a22095-96c2-7635-ad44-7ba775e28581","total":{"amount":5600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(44,X'01a2209596c770ffb5ffc7ff6df276c9','order.fulfilled.v1','01a22095-96c1-7508-8cd6-c5f7538151ae',3,'2026-11-28T05:16:44.103516+00:00',X'01a2209596c67635b3155e212328821e',X'01a2209596c67635b3155e212328821e','00-01a2209596c67635b3155e22ea09f006-b3155e22ea09f006-00','{"by":"admin","complete":true,"fulfilment":"01a22095-96c6-7635-b315-5e23d69f85f5","lines":[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}],"order":"01a22095-96c1-7508-8cd6-c5f7538151ae"}');
INSERT INTO outbox VALUES(45,X'01a2209596c9722098045fc97143219e','order.return_requested.v1','01a22095-96c1-7508-8cd6-c5f7538151ae',4,'2026-11-28T05:16:44.105542+00:00',X'01a2209596c870ffa40a0ed7ac88ce00',X'01a2209596c870ffa40a0ed7ac88ce00','00-01a2209596c870ffa40a0ed855894d10-a40a0ed855894d10-00','{"amount":{"amount":1250,"currency":"EUR"},"by":"guest","lines":[{"quantity":1,"sku":"MUG"}],"order":"01a22095-96c1-7508-8cd6-c5f7538151ae","reason":"to be received","return":"01a22095-96c9-7220-9804-5fc7e63ad287"}');
INSERT INTO outbox VALUES(46,X'01a2209596cc73afac84ea5bf87316b8','order.returned.v1','01a22095-96c1-7508-8cd6-c5f7538151ae',5,'2026-11-28T05:16:44.108527+00:00',X'01a2209596cc73afac84ea59c5cd0fb9',X'01a2209596cc73afac84ea59c5cd0fb9','00-01a2209596cc73afac84ea5a733b36f6-ac84ea5a733b36f6-00','{"amount":{"amount":1250,"currency":"EUR"},"by":"admin","lines":[],"order":"01a22095-96c1-7508-8cd6-c5f7538151ae","reason":"to be received","refund":"01a22095-96c9-7220-9804-5fc8f2dfc192","restock":false,"return":"01a22095-96c9-7220-9804-5fc7e63ad287"}');
INSERT INTO outbox VALUES(47,X'01a2209596cf731783f9335fa3f98d20','order.returned.v1','01a22095-96c1-7508-8cd6-c5f7538151ae',6,'2026-11-28T05:16:44.111094+00:00',X'01a2209596ce7440bc07610927adff6a',X'01a2209596ce7440bc07610927adff6a','00-01a2209596ce7440bc07610a00a0dddf-bc07610a00a0dddf-00','{"amount":{"amount":0,"currency":"EUR"},"by":"admin","lines":[{"quantity":1,"shipped":1,"sku":"MUG"}],"order":"01a22095-96c1-7508-8cd6-c5f7538151ae","reason":"to be received","refund":"01a22095-96c9-7220-9804-5fc8f2dfc192","restock":true,"return":"01a22095-96c9-7220-9804-5fc7e63ad287"}');
INSERT INTO outbox VALUES(48,X'01a2209596d174d8aed5ee04d23f47b2','order.placed.v1','01a22095-96d0-7419-8561-c635e28185a1',1,'2026-11-28T05:16:44.113361+00:00',X'01a2209596d074198561c6339f00199b',X'01a2209596d074198561c6339f00199b','00-01a2209596d074198561c634a524cbba-8561c634a524cbba-00','{"by":"guest","number":"1000015","order":"01a22095-96d0-7419-8561-c635e28185a1","total":{"amount":3100,"currency":"EUR"}}');
INSERT INTO outbox VALUES(49,X'01a2209596d571da9e69ada497678805','order.confirmed.v1','01a22095-96d0-7419-8561-c635e28185a1',2,'2026-11-28T05:16:44.117354+00:00',X'01a2209596d074198561c6339f00199b',X'01a2209596d074198561c6339f00199b','00-01a2209596d074198561c634a524cbba-8561c634a524cbba-00','{"lines":[{"quantity":1,"sku":"POT"}],"number":"1000015","order":"01a22095-96d0-7419-8561-c635e28185a1","payment":"01a22095-96d2-72e6-850a-e64318d5287c","total":{"amount":3100,"currency":"EUR"}}');
INSERT INTO outbox VALUES(50,X'01a2209596da715cb738c62c14ad7519','order.fulfilled.v1','01a22095-96d0-7419-8561-c635e28185a1',3,'2026-11-28T05:16:44.122027+00:00',X'01a2209596d9754babadf0656daf9aa4',X'01a2209596d9754babadf0656daf9aa4','00-01a2209596d9754babadf0665378caa1-abadf0665378caa1-00','{"by":"admin","complete":true,"fulfilment":"01a22095-96d9-754b-abad-f0674e550fc6","lines":[{"quantity":1,"sku":"POT"}],"order":"01a22095-96d0-7419-8561-c635e28185a1"}');
INSERT INTO outbox VALUES(51,X'01a2209596dc75979ab753be3bd03e04','order.return_requested.v1','01a22095-96d0-7419-8561-c635e28185a1',4,'2026-11-28T05:16:44.124872+00:00',X'01a2209596db754dbb5779a73405d2d4',X'01a2209596db754dbb5779a73405d2d4','00-01a2209596db754dbb5779a8462f1764-bb5779a8462f1764-00','{"amount":{"amount":3100,"currency":"EUR"},"by":"guest","lines":[{"quantity":1,"sku":"POT"}],"order":"01a22095-96d0-7419-8561-c635e28185a1","reason":"dented","return":"01a22095-96dc-7597-9ab7-53bc35597aec"}');
INSERT INTO outbox VALUES(52,X'01a2209596e17572b832d0faad1f918b','order.returned.v1','01a22095-96d0-7419-8561-c635e28185a1',5,'2026-11-28T05:16:44.129062+00:00',X'01a2209596df77f3a1a2e613b55b4b5a',X'01a2209596df77f3a1a2e613b55b4b5a','00-01a2209596df77f3a1a2e614ffab097f-a1a2e614ffab097f-00','{"amount":{"amount":3100,"currency":"EUR"},"by":"admin","lines":[],"order":"01a22095-96d0-7419-8561-c635e28185a1","reason":"dented","refund":"01a22095-96dc-7597-9ab7-53bd2034751f","restock":false,"return":"01a22095-96dc-7597-9ab7-53bc35597aec"}');
INSERT INTO outbox VALUES(53,X'01a22095975575f7a3571018878a3d9a','order.placed.v1','01a22095-9754-77ac-948c-815d4236e20e',1,'2026-11-28T05:16:44.245152+00:00',X'01a22095975477ac948c815b5bd46039',X'01a22095975477ac948c815b5bd46039','00-01a22095975477ac948c815c38d4a321-948c815c38d4a321-00','{"by":"guest","number":"1000016","order":"01a22095-9754-77ac-948c-815d4236e20e","total":{"amount":3100,"currency":"EUR"}}');
INSERT INTO outbox VALUES(54,X'01a22095975777aaa67a7f9b3aca6f4d','order.confirmed.v1','01a22095-9754-77ac-948c-815d4236e20e',2,'2026-11-28T05:16:44.247895+00:00',X'01a22095975477ac948c815b5bd46039',X'01a22095975477ac948c815b5bd46039','00-01a22095975477ac948c815c38d4a321-948c815c38d4a321-00','{"lines":[{"quantity":1,"sku":"POT"}],"number":"1000016","order":"01a22095-9754-77ac-948c-815d4236e20e","payment":"01a22095-9756-75d1-9fe1-7a8be5b69c3c","total":{"amount":3100,"currency":"EUR"}}');
INSERT INTO outbox VALUES(55,X'01a22095976075d1872b9165fdf1a116','order.fulfilled.v1','01a22095-9754-77ac-948c-815d4236e20e',3,'2026-11-28T05:16:44.256044+00:00',X'01a22095975f75f49a68bb6645f6cc4c',X'01a22095975f75f49a68bb6645f6cc4c','00-01a22095975f75f49a68bb6724c2fdff-9a68bb6724c2fdff-00','{"by":"admin","complete":true,"fulfilment":"01a22095-975f-75f4-9a68-bb6883178d0a","lines":[{"quantity":1,"sku":"POT"}],"order":"01a22095-9754-77ac-948c-815d4236e20e"}');
INSERT INTO outbox VALUES(56,X'01a2209597627619ad313af11ea3c8f4','order.return_requested.v1','01a22095-9754-77ac-948c-815d4236e20e',4,'2026-11-28T05:16:44.258930+00:00',X'01a220959761736da738c80f50a1585d',X'01a220959761736da738c80f50a1585d','00-01a220959761736da738c8101d20fb22-a738c8101d20fb22-00','{"amount":{"amount":3100,"currency":"EUR"},"by":"guest","lines":[{"quantity":1,"sku":"POT"}],"order":"01a22095-9754-77ac-948c-815d4236e20e","reason":"dented","return":"01a22095-9762-7619-ad31-3aefc326e0be"}');
INSERT INTO outbox VALUES(57,X'01a22095976674b1a687d70d87c7c77d','order.returned.v1','01a22095-9754-77ac-948c-815d4236e20e',5,'2026-11-28T05:16:44.262873+00:00',X'01a2209597657081b22d45abf46653fc',X'01a2209597657081b22d45abf46653fc','00-01a2209597657081b22d45ac1bbd8195-b22d45ac1bbd8195-00','{"amount":{"amount":3100,"currency":"EUR"},"by":"admin","lines":[],"order":"01a22095-9754-77ac-948c-815d4236e20e","reason":"dented","refund":"01a22095-9762-7619-ad31-3af0246409ee","restock":false,"return":"01a22095-9762-7619-ad31-3aefc326e0be"}');
INSERT INTO outbox VALUES(58,X'01a22095986275a4836b5b9417bca178','order.placed.v1','01a22095-9861-73bf-8315-a3dbc4647b37',1,'2026-11-28T05:16:44.514425+00:00',X'01a22095986173bf8315a3d906b6b2b1',X'01a22095986173bf8315a3d906b6b2b1','00-01a22095986173bf8315a3da8a4d09fc-8315a3da8a4d09fc-00','{"by":"guest","number":"1000017","order":"01a22095-9861-73bf-8315-a3dbc4647b37","total":{"amount":1400,"currency":"EUR"}}');
CREATE TABLE subscription (
    consumer TEXT NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    event_id BLOB,
    PRIMARY KEY (consumer, source)
) STRICT;
INSERT INTO subscription VALUES('order','inventory',7,X'01a220955898767ab119d3c02749f8ba');
INSERT INTO subscription VALUES('order','order',58,X'01a22095986275a4836b5b9417bca178');
INSERT INTO subscription VALUES('order','payment',40,X'01a22095976d7523a5d9f3ce32c84cfc');
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
INSERT INTO idempotency VALUES('admin:01a22095-589a-77ab-a25c-373165538b0c','bcda9263513194adfa1cda6edf643244ec9ff21f16be2aea3b0d67ffd407c82b','fulfil 01a22095-589a-77ab-a25c-373165538b0c 234267c26783c8a9a1b27f5fa2471df9f5366891ab85e84b4c49408d0faff489',201,'/orders/01a22095-589a-77ab-a25c-373165538b0c','{"id":"01a22095-58a4-74ec-8d12-91589cfe1ca4","order":"01a22095-589a-77ab-a25c-373165538b0c","lines":[{"sku":"APRON-S","quantity":1}],"complete":true,"created_at":"2026-11-28T05:16:28.196863Z"}','2026-11-28T05:16:28.197187+00:00');
INSERT INTO idempotency VALUES('guest:01a22095-9673-771a-bd06-66c342aa8f3b','1cc3ae7c02b931ab4bbcd6a9c08f99950bbecc5e976aeb73d522cbf1cd0c4f57','cancel 01a22095-9673-771a-bd06-66c342aa8f3b ',200,NULL,'{"id":"01a22095-9673-771a-bd06-66c342aa8f3b","number":"1000008","status":"cancelled","email":"eve@example.com","lines":[{"sku":"MUG","title":"Stoneware mug","quantity":2,"unit_price":{"amount":1250,"currency":"EUR"},"total":{"amount":2500,"currency":"EUR"}},{"sku":"APRON-M","title":"Café apron","quantity":1,"unit_price":{"amount":2600,"currency":"EUR"},"total":{"amount":2600,"currency":"EUR"}},{"sku":"POT","title":"Enamel pot","quantity":1,"unit_price":{"amount":3100,"currency":"EUR"},"total":{"amount":3100,"currency":"EUR"}}],"total":{"amount":8200,"currency":"EUR"},"payment":{"id":"01a22095-9675-74db-84de-e815d7559320","status":"captured","authorized":8200,"captured":8200,"refunded":0},"created_at":"2026-11-28T05:16:44.019842Z","updated_at":"2026-11-28T05:16:44.025721Z"}','2026-11-28T05:16:44.025968+00:00');
INSERT INTO idempotency VALUES('admin:01a22095-967c-709a-a771-316cd7a1e6be','a7fd8c0d159819656321b5175760e2eac4896419765c255d7ebee2a8ad90fa19','fulfil 01a22095-967c-709a-a771-316cd7a1e6be 090f3835654096110a164b9a1de19d51a12faf4de6743176a17af10fa312290e',201,'/orders/01a22095-967c-709a-a771-316cd7a1e6be','{"id":"01a22095-9685-758b-8736-f0d248ad3202","order":"01a22095-967c-709a-a771-316cd7a1e6be","lines":[{"sku":"MUG","quantity":2}],"tracking":"RM123","complete":false,"created_at":"2026-11-28T05:16:44.037054Z"}','2026-11-28T05:16:44.037056+00:00');
INSERT INTO idempotency VALUES('guest:01a22095-967c-709a-a771-316cd7a1e6be','2f59dc550549d54cd21cc6f57474d4ff1c31f1353fdf707ca8976f3d4b71f093','call off 01a22095-967c-709a-a771-316cd7a1e6be eb6bd908504dc50935c94a7bd14ebc0477461eb84ee624535f1b4289b3c5a651',200,NULL,'{"id":"01a22095-967c-709a-a771-316cd7a1e6be","number":"1000009","status":"confirmed","email":"ada@example.com","lines":[{"sku":"MUG","title":"Stoneware mug","quantity":3,"unit_price":{"amount":1250,"currency":"EUR"},"total":{"amount":3750,"currency":"EUR"},"fulfilled":2},{"sku":"APRON-M","title":"Café apron","quantity":1,"unit_price":{"amount":2600,"currency":"EUR"},"total":{"amount":2600,"currency":"EUR"},"called_off":1}],"total":{"amount":6350,"currency":"EUR"},"payment":{"id":"01a22095-967e-717e-8c0d-614b5eebc1f3","status":"captured","authorized":6350,"captured":6350,"refunded":0},"fulfilments":[{"id":"01a22095-9685-758b-8736-f0d248ad3202","order":"01a22095-967c-709a-a771-316cd7a1e6be","lines":[{"sku":"MUG","quantity":2}],"tracking":"RM123","complete":false,"created_at":"2026-11-28T05:16:44.037054Z"}],"called_off":[{"id":"01a22095-9686-72f3-b812-6f10f0cfd354","lines":[{"sku":"APRON-M","quantity":1}],"amount":{"amount":2600,"currency":"EUR"},"refund":"01a22095-9686-72f3-b812-6f11be62fdc4","reason":"one is enough","by":"guest","created_at":"2026-11-28T05:16:44.038773Z"}],"refunds":[{"id":"01a22095-9686-72f3-b812-6f11be62fdc4","cause":"called_off","amount":{"amount":2600,"currency":"EUR"},"paid":{"amount":0,"currency":"EUR"},"status":"due","created_at":"2026-11-28T05:16:44.038773Z"}],"created_at":"2026-11-28T05:16:44.028072Z","updated_at":"2026-11-28T05:16:44.038773Z"}','2026-11-28T05:16:44.039041+00:00');
INSERT INTO idempotency VALUES('admin:01a22095-9689-7724-b699-fd95359734f7','efc10e3074021c5ad51a3bff9f7f83c6ffe1d65d5f5e4fca7618b85df1f1c394','fulfil 01a22095-9689-7724-b699-fd95359734f7 234267c26783c8a9a1b27f5fa2471df9f5366891ab85e84b4c49408d0faff489',201,'/orders/01a22095-9689-7724-b699-fd95359734f7','{"id":"01a22095-9692-718f-84d1-4d6e67aac1d3","order":"01a22095-9689-7724-b699-fd95359734f7","lines":[{"sku":"MUG","quantity":2},{"sku":"POT","quantity":1}],"complete":true,"created_at":"2026-11-28T05:16:44.050277Z"}','2026-11-28T05:16:44.050278+00:00');
INSERT INTO idempotency VALUES('guest:01a22095-9689-7724-b699-fd95359734f7','020b519a308c18fca030ec9505db464ef20ccbc74027e5b070497d3be73371b6','return 01a22095-9689-7724-b699-fd95359734f7 07c71b49c311398efb0bcb59dda03cf2ccef3421573eda3eb7804d6a61db08b5',201,'/orders/01a22095-9689-7724-b699-fd95359734f7','{"id":"01a22095-9694-71f5-9501-803822c4aa8f","order":"01a22095-9689-7724-b699-fd95359734f7","number":"1000010","status":"requested","refund":"01a22095-9694-71f5-9501-8039b8c89a65","amount":{"amount":1250,"currency":"EUR"},"lines":[{"sku":"MUG","quantity":1}],"restock":true,"reason":"to be requested","by":"guest","created_at":"2026-11-28T05:16:44.051676Z"}','2026-11-28T05:16:44.051989+00:00');
INSERT INTO idempotency VALUES('admin:01a22095-9697-76d9-a7b3-944ac82510f2','2dcb367d108c10b78739a3f587b25132c6c52954d9dded326cb597912b847fc3','fulfil 01a22095-9697-76d9-a7b3-944ac82510f2 234267c26783c8a9a1b27f5fa2471df9f5366891ab85e84b4c49408d0faff489',201,'/orders/01a22095-9697-76d9-a7b3-944ac82510f2','{"id":"01a22095-969c-7553-8d0b-cdc293ae665a","order":"01a22095-9697-76d9-a7b3-944ac82510f2","lines":[{"sku":"MUG","quantity":2},{"sku":"POT","quantity":1}],"complete":true,"created_at":"2026-11-28T05:16:44.060615Z"}','2026-11-28T05:16:44.061017+00:00');
INSERT INTO idempotency VALUES('guest:01a22095-9697-76d9-a7b3-944ac82510f2','3852ac9e20334ddd0049f930bfbbcc13c27ff6c7b2cbb97736c9bb8ea4501923','return 01a22095-9697-76d9-a7b3-944ac82510f2 47224eecf60cc489b5382d7aec0614b9adf2d29b2321c67845a8eefdd6a33bd2',201,'/orders/01a22095-9697-76d9-a7b3-944ac82510f2','{"id":"01a22095-969f-719e-85ea-7c5be1d54fae","order":"01a22095-9697-76d9-a7b3-944ac82510f2","number":"1000011","status":"requested","refund":"01a22095-969f-719e-85ea-7c5ca8031584","amount":{"amount":1250,"currency":"EUR"},"lines":[{"sku":"MUG","quantity":1}],"restock":true,"reason":"to be approve","by":"guest","created_at":"2026-11-28T05:16:44.062414Z"}','2026-11-28T05:16:44.062969+00:00');
INSERT INTO idempotency VALUES('admin','4607357780b0ef0b524160c07eb7327d3b32d60e88d1ba7ea6b761577cd08b75','approve return 01a22095-969f-719e-85ea-7c5be1d54fae ',200,NULL,'{"id":"01a22095-969f-719e-85ea-7c5be1d54fae","order":"01a22095-9697-76d9-a7b3-944ac82510f2","number":"1000011","status":"approved","refund":"01a22095-969f-719e-85ea-7c5ca8031584","amount":{"amount":1250,"currency":"EUR"},"lines":[{"sku":"MUG","quantity":1}],"restock":true,"reason":"to be approve","by":"guest","decision":{"by":"admin","at":"2026-11-28T05:16:44.065315Z"},"created_at":"2026-11-28T05:16:44.062414Z"}','2026-11-28T05:16:44.065316+00:00');
INSERT INTO idempotency VALUES('admin:01a22095-96a3-72fd-80f1-81a09b7ec6d2','7c41625a16c9c00248a6810b75bf553bbe25e0d2995095bf826fc24558fca24d','fulfil 01a22095-96a3-72fd-80f1-81a09b7ec6d2 234267c26783c8a9a1b27f5fa2471df9f5366891ab85e84b4c49408d0faff489',201,'/orders/01a22095-96a3-72fd-80f1-81a09b7ec6d2','{"id":"01a22095-96ab-764e-b74b-3164cea9d798","order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2","lines":[{"sku":"MUG","quantity":2},{"sku":"POT","quantity":1}],"complete":true,"created_at":"2026-11-28T05:16:44.075250Z"}','2026-11-28T05:16:44.075606+00:00');
INSERT INTO idempotency VALUES('guest:01a22095-96a3-72fd-80f1-81a09b7ec6d2','86d9832cafa8e962d12b6c0ded485af7e16a33b00e695a4e97c88ef459db3464','return 01a22095-96a3-72fd-80f1-81a09b7ec6d2 9a650f9887138cb399db9e4fa77edbbf0c8a6647776541a5abca8fdde0ebd736',201,'/orders/01a22095-96a3-72fd-80f1-81a09b7ec6d2','{"id":"01a22095-96ae-7100-a5ba-e9cd80dbf480","order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2","number":"1000012","status":"requested","refund":"01a22095-96ae-7100-a5ba-e9cef2c6f143","amount":{"amount":1250,"currency":"EUR"},"lines":[{"sku":"MUG","quantity":1}],"restock":true,"reason":"to be receive","by":"guest","created_at":"2026-11-28T05:16:44.076962Z"}','2026-11-28T05:16:44.077406+00:00');
INSERT INTO idempotency VALUES('admin','5240a704c9c78a08aa12b68e75ae8d916551e3d315ddff1d135f4b9252ee95c8','receive return 01a22095-96ae-7100-a5ba-e9cd80dbf480 e5928cf7513cbac4d1b457e971f3e569c7b9ef1ece4e76e0e42da036fc5389fb',200,NULL,'{"id":"01a22095-96ae-7100-a5ba-e9cd80dbf480","order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2","number":"1000012","status":"received","refund":"01a22095-96ae-7100-a5ba-e9cef2c6f143","amount":{"amount":1250,"currency":"EUR"},"lines":[{"sku":"MUG","quantity":1}],"received":[{"sku":"MUG","quantity":1,"restock":false}],"restock":true,"reason":"to be receive","by":"guest","decision":{"by":"admin","at":"2026-11-28T05:16:44.080957Z"},"created_at":"2026-11-28T05:16:44.076962Z"}','2026-11-28T05:16:44.080958+00:00');
INSERT INTO idempotency VALUES('admin:01a22095-96b3-77d4-a780-72fbda6b6b49','58e2032c3e4ce36d9e4439931ac852f47161dde43971afcd0937e62439d385e0','fulfil 01a22095-96b3-77d4-a780-72fbda6b6b49 234267c26783c8a9a1b27f5fa2471df9f5366891ab85e84b4c49408d0faff489',201,'/orders/01a22095-96b3-77d4-a780-72fbda6b6b49','{"id":"01a22095-96ba-73c5-af3e-487f363a5686","order":"01a22095-96b3-77d4-a780-72fbda6b6b49","lines":[{"sku":"MUG","quantity":2},{"sku":"POT","quantity":1}],"complete":true,"created_at":"2026-11-28T05:16:44.090988Z"}','2026-11-28T05:16:44.091403+00:00');
INSERT INTO idempotency VALUES('guest:01a22095-96b3-77d4-a780-72fbda6b6b49','460fb7234efcc6aa7fee70b403fe5d25965733e221e5689c31303d4d44ecf195','return 01a22095-96b3-77d4-a780-72fbda6b6b49 6fa3609418cd25f33f2958ecc4e1fc61a9f5d64a97d7a5f5469e28b6733edab0',201,'/orders/01a22095-96b3-77d4-a780-72fbda6b6b49','{"id":"01a22095-96bd-7242-af36-eb2d1e6162d0","order":"01a22095-96b3-77d4-a780-72fbda6b6b49","number":"1000013","status":"requested","refund":"01a22095-96bd-7242-af36-eb2e8272f92b","amount":{"amount":1250,"currency":"EUR"},"lines":[{"sku":"MUG","quantity":1}],"restock":true,"reason":"to be refuse","by":"guest","created_at":"2026-11-28T05:16:44.092807Z"}','2026-11-28T05:16:44.092808+00:00');
INSERT INTO idempotency VALUES('admin','dd77b5826aac4258db77e38baffe42380c8e5e7794e09d0399d520e5d7ba1724','refuse return 01a22095-96bd-7242-af36-eb2d1e6162d0 a1ad1e276f519d7c26b50fd87b051f3f2497519a9740ed00909aedd2b34658a6',200,NULL,'{"id":"01a22095-96bd-7242-af36-eb2d1e6162d0","order":"01a22095-96b3-77d4-a780-72fbda6b6b49","number":"1000013","status":"refused","refund":"01a22095-96bd-7242-af36-eb2e8272f92b","amount":{"amount":0,"currency":"EUR"},"lines":[{"sku":"MUG","quantity":1}],"restock":true,"reason":"to be refuse","by":"guest","decision":{"by":"admin","at":"2026-11-28T05:16:44.095712Z","reason":"worn"},"created_at":"2026-11-28T05:16:44.092807Z"}','2026-11-28T05:16:44.095713+00:00');
INSERT INTO idempotency VALUES('admin:01a22095-96c1-7508-8cd6-c5f7538151ae','fc15633375010c5c8abee9a355ad8b942e843503d5b1301633cfe835613ae63f','fulfil 01a22095-96c1-7508-8cd6-c5f7538151ae 234267c26783c8a9a1b27f5fa2471df9f5366891ab85e84b4c49408d0faff489',201,'/orders/01a22095-96c1-7508-8cd6-c5f7538151ae','{"id":"01a22095-96c6-7635-b315-5e23d69f85f5","order":"01a22095-96c1-7508-8cd6-c5f7538151ae","lines":[{"sku":"MUG","quantity":2},{"sku":"POT","quantity":1}],"complete":true,"created_at":"2026-11-28T05:16:44.102945Z"}','2026-11-28T05:16:44.103253+00:00');
INSERT INTO idempotency VALUES('guest:01a22095-96c1-7508-8cd6-c5f7538151ae','47691bc77f0b935bd95b2c3c389f8ea6dc96a1817f6cada45b7111102064ba4f','return 01a22095-96c1-7508-8cd6-c5f7538151ae 8ad6eebbf224a227c810fc8791cfaa3cb3e74a74864ef34769bcd066c8cbb33e',201,'/orders/01a22095-96c1-7508-8cd6-c5f7538151ae','{"id":"01a22095-96c9-7220-9804-5fc7e63ad287","order":"01a22095-96c1-7508-8cd6-c5f7538151ae","number":"1000014","status":"requested","refund":"01a22095-96c9-7220-9804-5fc8f2dfc192","amount":{"amount":1250,"currency":"EUR"},"lines":[{"sku":"MUG","quantity":1}],"restock":true,"reason":"to be received","by":"guest","created_at":"2026-11-28T05:16:44.104652Z"}','2026-11-28T05:16:44.105044+00:00');
INSERT INTO idempotency VALUES('admin','3416e65e49e0b4fdde51ff42ade4fdea9e592f7ee651aa0132e630895ad84f6a','approve return 01a22095-96c9-7220-9804-5fc7e63ad287 ',200,NULL,'{"id":"01a22095-96c9-7220-9804-5fc7e63ad287","order":"01a22095-96c1-7508-8cd6-c5f7538151ae","number":"1000014","status":"approved","refund":"01a22095-96c9-7220-9804-5fc8f2dfc192","amount":{"amount":1250,"currency":"EUR"},"lines":[{"sku":"MUG","quantity":1}],"restock":true,"reason":"to be received","by":"guest","decision":{"by":"admin","at":"2026-11-28T05:16:44.108111Z"},"created_at":"2026-11-28T05:16:44.104652Z"}','2026-11-28T05:16:44.108112+00:00');
INSERT INTO idempotency VALUES('admin','d6ec0a3a106fac5c1ab1e233ceac3af4cdf92797f897c7333e57923605e3ec9c','receive return 01a22095-96c9-7220-9804-5fc7e63ad287 04522f4a99e07d1b37234a11346e25e8d8d588c55e01563cb9a3eaff5bebb595',200,NULL,'{"id":"01a22095-96c9-7220-9804-5fc7e63ad287","order":"01a22095-96c1-7508-8cd6-c5f7538151ae","number":"1000014","status":"received","refund":"01a22095-96c9-7220-9804-5fc8f2dfc192","amount":{"amount":1250,"currency":"EUR"},"lines":[{"sku":"MUG","quantity":1}],"received":[{"sku":"MUG","quantity":1,"restock":true}],"restock":true,"reason":"to be received","by":"guest","decision":{"by":"admin","at":"2026-11-28T05:16:44.110325Z"},"created_at":"2026-11-28T05:16:44.104652Z"}','2026-11-28T05:16:44.110325+00:00');
INSERT INTO idempotency VALUES('admin:01a22095-96d0-7419-8561-c635e28185a1','33c88c5d595a3e38261ac1ba89bc37ca50b838917527b2e6e7a8f602df04d067','fulfil 01a22095-96d0-7419-8561-c635e28185a1 234267c26783c8a9a1b27f5fa2471df9f5366891ab85e84b4c49408d0faff489',201,'/orders/01a22095-96d0-7419-8561-c635e28185a1','{"id":"01a22095-96d9-754b-abad-f0674e550fc6","order":"01a22095-96d0-7419-8561-c635e28185a1","lines":[{"sku":"POT","quantity":1}],"complete":true,"created_at":"2026-11-28T05:16:44.121627Z"}','2026-11-28T05:16:44.121629+00:00');
INSERT INTO idempotency VALUES('guest:01a22095-96d0-7419-8561-c635e28185a1','96730a29a12238351b5f878233153c0c55b9692f9a52f2ec43d40ab42812d316','return 01a22095-96d0-7419-8561-c635e28185a1 b10ee5dc7ae490344c23637732cb579b4e6328205067401770108b6850dc0f26',201,'/orders/01a22095-96d0-7419-8561-c635e28185a1','{"id":"01a22095-96dc-7597-9ab7-53bc35597aec","order":"01a22095-96d0-7419-8561-c635e28185a1","number":"1000015","status":"requested","refund":"01a22095-96dc-7597-9ab7-53bd2034751f","amount":{"amount":3100,"currency":"EUR"},"lines":[{"sku":"POT","quantity":1}],"restock":false,"reason":"dented","by":"guest","created_at":"2026-11-28T05:16:44.123390Z"}','2026-11-28T05:16:44.123941+00:00');
INSERT INTO idempotency VALUES('admin','aa2c5eb6a361cf75a2eb0215ea8ddc5acf9c35245f13f246edf773ab415ffb50','approve return 01a22095-96dc-7597-9ab7-53bc35597aec ',200,NULL,'{"id":"01a22095-96dc-7597-9ab7-53bc35597aec","order":"01a22095-96d0-7419-8561-c635e28185a1","number":"1000015","status":"approved","refund":"01a22095-96dc-7597-9ab7-53bd2034751f","amount":{"amount":3100,"currency":"EUR"},"lines":[{"sku":"POT","quantity":1}],"restock":false,"reason":"dented","by":"guest","decision":{"by":"admin","at":"2026-11-28T05:16:44.127834Z"},"created_at":"2026-11-28T05:16:44.123390Z"}','2026-11-28T05:16:44.127835+00:00');
INSERT INTO idempotency VALUES('admin:01a22095-9754-77ac-948c-815d4236e20e','1b83a877fa98ff897f656b26d44b069c6446a7de4c10dbb36ff6580d6b383bee','fulfil 01a22095-9754-77ac-948c-815d4236e20e 234267c26783c8a9a1b27f5fa2471df9f5366891ab85e84b4c49408d0faff489',201,'/orders/01a22095-9754-77ac-948c-815d4236e20e','{"id":"01a22095-975f-75f4-9a68-bb6883178d0a","order":"01a22095-9754-77ac-948c-815d4236e20e","lines":[{"sku":"POT","quantity":1}],"complete":true,"created_at":"2026-11-28T05:16:44.255722Z"}','2026-11-28T05:16:44.255725+00:00');
INSERT INTO idempotency VALUES('guest:01a22095-9754-77ac-948c-815d4236e20e','5110d2ee956780effdf9147aa4e5d6ca054f52795b81a461a24ab9c14ef9fd73','return 01a22095-9754-77ac-948c-815d4236e20e b10ee5dc7ae490344c23637732cb579b4e6328205067401770108b6850dc0f26',201,'/orders/01a22095-9754-77ac-948c-815d4236e20e','{"id":"01a22095-9762-7619-ad31-3aefc326e0be","order":"01a22095-9754-77ac-948c-815d4236e20e","number":"1000016","status":"requested","refund":"01a22095-9762-7619-ad31-3af0246409ee","amount":{"amount":3100,"currency":"EUR"},"lines":[{"sku":"POT","quantity":1}],"restock":false,"reason":"dented","by":"guest","created_at":"2026-11-28T05:16:44.257995Z"}','2026-11-28T05:16:44.258606+00:00');
INSERT INTO idempotency VALUES('admin','a752112cdababd03bb92e8fd6f147a8d01f9e26bbddfc26ad9e5a949709a5825','approve return 01a22095-9762-7619-ad31-3aefc326e0be ',200,NULL,'{"id":"01a22095-9762-7619-ad31-3aefc326e0be","order":"01a22095-9754-77ac-948c-815d4236e20e","number":"1000016","status":"approved","refund":"01a22095-9762-7619-ad31-3af0246409ee","amount":{"amount":3100,"currency":"EUR"},"lines":[{"sku":"POT","quantity":1}],"restock":false,"reason":"dented","by":"guest","decision":{"by":"admin","at":"2026-11-28T05:16:44.261473Z"},"created_at":"2026-11-28T05:16:44.257995Z"}','2026-11-28T05:16:44.261475+00:00');
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
INSERT INTO tenure VALUES(1,X'66a2490f079e4057823649602f676c47',X'4f8c8010e1974856af34332cc6517d59','leader',1,NULL,'first start','2026-11-28T05:16:28.091015+00:00');
CREATE TABLE tenure_peer (
    module TEXT PRIMARY KEY,
    database_id BLOB NOT NULL,
    noted_by TEXT NOT NULL,
    noted_at TEXT NOT NULL
) STRICT;
INSERT INTO tenure_peer VALUES('catalog',X'724ae7df652d451cb5f5eee216e5ea5e','banyan serve (user 0)','2026-11-28T05:16:28.096809+00:00');
INSERT INTO tenure_peer VALUES('order',X'4f8c8010e1974856af34332cc6517d59','banyan serve (user 0)','2026-11-28T05:16:28.097185+00:00');
INSERT INTO tenure_peer VALUES('inventory',X'a7e71a81a4f14a7481439776dfde428f','banyan serve (user 0)','2026-11-28T05:16:28.097556+00:00');
INSERT INTO tenure_peer VALUES('payment',X'c698760fd103445185e0a7cf722ea7d5','banyan serve (user 0)','2026-11-28T05:16:28.097900+00:00');
CREATE TABLE orders (
    -- Counts up; people see it plus one million.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('placed', 'confirmed', 'fulfilled', 'cancelled', 'rejected')),
    email TEXT NOT NULL,
    -- The email address folded by Unicode, which neither database can do: orders are found by it.
    email_folded TEXT NOT NULL,
    currency TEXT NOT NULL,
    total INTEGER NOT NULL CHECK (total >= 0),
    note TEXT,
    -- JSON
    shipping_address TEXT,
    -- JSON: why the order was rejected, or lost after it was confirmed
    rejection TEXT,
    -- What was ordered, and what became of it: [{"sku", "title", "quantity", "price", "fulfilled", "returned", "called_off"}].
    -- `price` is that of one unit; counts that are 0 are left out: units that left the house, that came back after it, and
    -- that were called off before it.
    lines TEXT NOT NULL,
    -- What is known of the money; each of these only ever grows.
    payment_id BLOB,
    -- 0 pending, 1 authorized, 2 captured, 3 declined, 4 voided
    payment_stage INTEGER NOT NULL DEFAULT 0 CHECK (payment_stage BETWEEN 0 AND 4),
    authorized INTEGER NOT NULL DEFAULT 0,
    captured INTEGER NOT NULL DEFAULT 0,
    refunded INTEGER NOT NULL DEFAULT 0,
    -- How many events the order has published.
    version INTEGER NOT NULL CHECK (version > 0),
    -- What happens to every order, for its timeline; see the table `timeline` for the rest. The last two are the times of
    -- payment's events, and NULL for other sums than the total.
    placed_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    confirmed_at TEXT,
    authorized_at TEXT,
    captured_at TEXT,
    -- The idempotency key that the order was placed under; NULL once it was used again, after its time. The answer that is
    -- kept: a 201 is rebuilt from the row, by the shape that its bytes had; any other, and one that cannot be rebuilt byte
    -- for byte, stands in `answer_body`.
    key_scope TEXT,
    key TEXT,
    key_fingerprint TEXT,
    answer_status INTEGER,
    answer_shape INTEGER,
    answer_body TEXT,
    -- The checkout saga; all of it is NULL once it has ended.
    --
    -- It has no table of its own. With one, an order wrote two rows more (on Postgres with two index entries, in SQLite with
    -- four changes of a tree), and sagas and orders had to be locked in turn. Here the confirmation is an update without an
    -- index entry on Postgres, because it changes no indexed column, and the end of the saga is one with an entry in each
    -- index (five), because `due_at` changes; in SQLite it changes one entry.
    saga TEXT CHECK (saga IN ('placing', 'pending', 'undoing', 'settling')),
    -- From then on any process may take the saga up, moving this forward to keep it to itself.
    due_at TEXT,
    -- Until then it may still become an order.
    deadline_at TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    method TEXT,
    -- The payment token; removed when the order is confirmed or turned back.
    token TEXT,
    -- JSON: what is being undone, and why
    undoing TEXT,
    -- The cart that is being checked out.
    cart_id BLOB,
    request_id TEXT,
    correlation_id BLOB,
    traceparent TEXT,
    -- Keyed hashes of the network address and the email: who may hold how much stock before it is paid for. Removed with the
    -- token. `unpaid`: 0 has the time of a normal payment, 1 holds no more than the shared part of a SKU from the start, 2
    -- has taken longer than a normal payment and counts, see `unpaid_order`.
    client TEXT,
    buyer TEXT,
    unpaid INTEGER NOT NULL DEFAULT 0,
    -- By what lists find it: the status once the order has come to its end, before that 'open'. It does not change while an
    -- order is placed, confirmed and paid for, so that on Postgres these updates need no index entry (HOT). An index of the
    -- status itself would cost one in every index of the table, each time.
    listed_as TEXT NOT NULL GENERATED ALWAYS AS
        (CASE WHEN status IN ('fulfilled', 'cancelled', 'rejected') THEN status ELSE 'open' END) STORED,
    UNIQUE (key_scope, key),
    CHECK (0 <= refunded AND refunded <= captured AND captured <= authorized),
    CHECK ((saga IS NULL) = (due_at IS NULL)),
    CHECK (saga IS NULL OR saga <> 'undoing' OR undoing IS NOT NULL)
) STRICT;
INSERT INTO orders VALUES(1,X'01a22095589a77aba25c373165538b0c','fulfilled','ada@example.com','ada@example.com','EUR',2400,NULL,NULL,NULL,'[{"sku":"APRON-S","title":"Café apron","quantity":1,"price":2400,"fulfilled":1}]',X'01a22095589d749a8f1a7e1657ffebc3',2,2400,2400,0,3,'guest','2026-11-28T05:16:28.186911+00:00','2026-11-28T05:16:28.196863+00:00','2026-11-28T05:16:28.192239+00:00','2026-11-28T05:16:28.191455+00:00','2026-11-28T05:16:28.194903+00:00','guest','f85c3ab09e27f4c1cfecceb244741b59dcaddd0f83b8466e855c2bb38d7c72a6','place d79a19c13f404db26413ca62fa368068f1ff520af5ad25c97c53b5ca87da6879',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(2,X'01a220958e6c71fe84b8d4c71c1cda46','confirmed','grace@example.com','grace@example.com','EUR',3100,NULL,NULL,NULL,'[{"sku":"POT","title":"Enamel pot","quantity":1,"price":3100}]',X'01a220958e6f779fb6e17e74fbcc825b',2,3100,3100,0,2,'guest','2026-11-28T05:16:41.964917+00:00','2026-11-28T05:16:41.969830+00:00','2026-11-28T05:16:41.969830+00:00','2026-11-28T05:16:41.968962+00:00','2026-11-28T05:16:41.972306+00:00','cart:142e7d0a-4445-42af-8c59-b54341aad480','9a19058762c3039c1a1afdd9703c357fb868385d3da6d0ea6c393ab52736061f','check out 95a86afa9e804f2160d481b2151451270d834ba48e435d30d8700ffd269e8b93',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(3,X'01a220958e7673aca0bb0da305c9babc','confirmed','ada@example.com','ada@example.com','EUR',8200,'Ring twice','{"name":"Ada","line1":"1 St James''s Square","city":"London","postal_code":"SW1Y 4JH","country":"GB"}',NULL,'[{"sku":"MUG","title":"Stoneware mug","quantity":2,"price":1250},{"sku":"APRON-M","title":"Café apron","quantity":1,"price":2600},{"sku":"POT","title":"Enamel pot","quantity":1,"price":3100}]',X'01a220958e7771979bb648e44909190e',2,8200,8200,0,2,'guest','2026-11-28T05:16:41.974315+00:00','2026-11-28T05:16:41.977194+00:00','2026-11-28T05:16:41.977194+00:00','2026-11-28T05:16:41.976697+00:00','2026-11-28T05:16:41.979026+00:00','guest','14da1400a21aebe04ec6b48eeac69ad28b500ec6c6d1aa018e8aefb9731ae1cb','place b586f3b783a6de2cc1f5ebc949814aa43ec0fb1a2a244239fcaeafcec17cf9d5',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(4,X'01a220958e7c71e18c0d0f4d2c6ead95','rejected','ada@example.com','ada@example.com','EUR',990000,NULL,NULL,'{"code":"out-of-stock","lines":[{"sku":"STONE","requested":10000,"available":47}]}','[{"sku":"STONE","title":"Σίσυφος","quantity":10000,"price":99}]',NULL,0,0,0,0,2,'guest','2026-11-28T05:16:41.980556+00:00','2026-11-28T05:16:41.981710+00:00',NULL,NULL,NULL,'guest','2e5076a2edca64e9b709f5274d530c4ccc55d2800bbb0b2f24497989fecea3bc','place 0c56b470d24ab0e98a6c8fb92af09cd381df5b69ec99754c29323ed65b6c0042',409,NULL,'{"type":"urn:banyan:problem:out-of-stock","title":"Out of stock","status":409,"detail":"there is not enough stock","code":"out-of-stock","request_id":"01a22095-8e7c-71e1-8c0d-0f4b3657fb39","lines":[{"available":47,"requested":10000,"sku":"STONE"}],"order":"01a22095-8e7c-71e1-8c0d-0f4d2c6ead95"}',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(5,X'01a220958e7f77c5a313eae71ebd34d7','rejected','bob@example.com','bob@example.com','EUR',1250,NULL,NULL,'{"code":"payment-declined","reason":"the card was declined"}','[{"sku":"MUG","title":"Stoneware mug","quantity":1,"price":1250}]',X'01a220958e817508a8032dd0ef51ac6b',3,0,0,0,2,'guest','2026-11-28T05:16:41.983700+00:00','2026-11-28T05:16:41.988770+00:00',NULL,NULL,NULL,'guest','dbba80295d1fb62b2ea28d00a30d07ea4ce0364d49fdfeed23a6102873aaf759','place c49b35e04e651dd65e8f87c319e8a1f8aa42fa4491ce94d91d9664b0a90c18e4',402,NULL,'{"type":"urn:banyan:problem:payment-declined","title":"Payment declined","status":402,"detail":"the payment was declined: the card was declined","code":"payment-declined","request_id":"01a22095-8e7f-77c5-a313-eae43345c50d","order":"01a22095-8e7f-77c5-a313-eae71ebd34d7"}',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(6,X'01a220958e8674ff8fe91ae38b323045','confirmed','cyd@example.com','cyd@example.com','EUR',1250,NULL,NULL,NULL,'[{"sku":"MUG","title":"Stoneware mug","quantity":1,"price":1250}]',X'01a220958e887457a25e8bfa90a51585',2,1250,1250,0,2,'guest','2026-11-28T05:16:41.990739+00:00','2026-11-28T05:16:42.995525+00:00','2026-11-28T05:16:42.995525+00:00','2026-11-28T05:16:42.994509+00:00','2026-11-28T05:16:42.997551+00:00','guest','e6b4037531d396f429ff318801cda0d7626b24f13fd405232b245784df083472','place 51af985d87d024ae4cef821146337200e414e4625042726f3442e27d24de93ee',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(7,X'01a22095927874f5a893d7c3cc5e4e0d','confirmed','dan@example.com','dan@example.com','EUR',1250,NULL,NULL,NULL,'[{"sku":"MUG","title":"Stoneware mug","quantity":1,"price":1250}]',X'01a22095927975f7920730220dcbe63c',2,1250,1250,0,2,'guest','2026-11-28T05:16:43.000138+00:00','2026-11-28T05:16:44.014892+00:00','2026-11-28T05:16:44.014892+00:00','2026-11-28T05:16:44.010644+00:00','2026-11-28T05:16:44.016543+00:00','guest','ad2e6cb6ffec6501cacd9aabfa46a4a858d5e24a2d6699e0de8eaf7e9e5f888f','place 2f477c063157d6a97497cfa329eb56f8491cc361b593d34c47e21144dd1bd1e5',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(8,X'01a220959673771abd0666c342aa8f3b','cancelled','eve@example.com','eve@example.com','EUR',8200,NULL,NULL,NULL,'[{"sku":"MUG","title":"Stoneware mug","quantity":2,"price":1250},{"sku":"APRON-M","title":"Café apron","quantity":1,"price":2600},{"sku":"POT","title":"Enamel pot","quantity":1,"price":3100}]',X'01a22095967574db84dee815d7559320',2,8200,8200,8200,3,'guest','2026-11-28T05:16:44.019842+00:00','2026-11-28T05:16:44.025721+00:00','2026-11-28T05:16:44.022405+00:00','2026-11-28T05:16:44.021891+00:00','2026-11-28T05:16:44.023959+00:00','guest','1f71da1f64290f39555aac78150d6c02adb91c9e1d8eef96954fac8a67288c16','place e364b4d5b82f8ee9fd809162838ac9590fdabf9a85e6cb6d9f7ab8dd862ec1e7',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(9,X'01a22095967c709aa771316cd7a1e6be','confirmed','ada@example.com','ada@example.com','EUR',6350,NULL,NULL,NULL,'[{"sku":"MUG","title":"Stoneware mug","quantity":3,"price":1250,"fulfilled":2},{"sku":"APRON-M","title":"Café apron","quantity":1,"price":2600,"called_off":1}]',X'01a22095967e717e8c0d614b5eebc1f3',2,6350,6350,2600,4,'guest','2026-11-28T05:16:44.028072+00:00','2026-11-28T05:16:44.038773+00:00','2026-11-28T05:16:44.032989+00:00','2026-11-28T05:16:44.032560+00:00','2026-11-28T05:16:44.035053+00:00','guest','3f6fcf14057a6345af809189460aa47595e48cf1d679907a987a7cda24fd95c7','place 185e5f3fdcc5b841a0b03c89e381013008d280d8442458d21930d586ff0155c3',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(10,X'01a2209596897724b699fd95359734f7','fulfilled','fay@example.com','fay@example.com','EUR',5600,NULL,NULL,NULL,'[{"sku":"MUG","title":"Stoneware mug","quantity":2,"price":1250,"fulfilled":2},{"sku":"POT","title":"Enamel pot","quantity":1,"price":3100,"fulfilled":1}]',X'01a22095968b77e6933f05c2697d6835',2,5600,5600,0,4,'guest','2026-11-28T05:16:44.041474+00:00','2026-11-28T05:16:44.051676+00:00','2026-11-28T05:16:44.046001+00:00','2026-11-28T05:16:44.045429+00:00','2026-11-28T05:16:44.048796+00:00','guest','f1681ad880054eb49097ce33fb0fb0af57d0538d241c683ad5623dd135c6b418','place 334138d864eb1cf31acab074c676cee5b2456e04242e1eeff26f072d2248095a',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(11,X'01a22095969776d9a7b3944ac82510f2','fulfilled','fay@example.com','fay@example.com','EUR',5600,NULL,NULL,NULL,'[{"sku":"MUG","title":"Stoneware mug","quantity":2,"price":1250,"fulfilled":2,"returned":1},{"sku":"POT","title":"Enamel pot","quantity":1,"price":3100,"fulfilled":1}]',X'01a2209596987052af4f2e2ed2aae4fc',2,5600,5600,1250,5,'guest','2026-11-28T05:16:44.055356+00:00','2026-11-28T05:16:44.065315+00:00','2026-11-28T05:16:44.057842+00:00','2026-11-28T05:16:44.057411+00:00','2026-11-28T05:16:44.059270+00:00','guest','5f96c022dc2575c13a2c8f3bad27dfe0e73e2a7337691115127c030107223c96','place 334138d864eb1cf31acab074c676cee5b2456e04242e1eeff26f072d2248095a',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(12,X'01a2209596a372fd80f181a09b7ec6d2','fulfilled','fay@example.com','fay@example.com','EUR',5600,NULL,NULL,NULL,'[{"sku":"MUG","title":"Stoneware mug","quantity":2,"price":1250,"fulfilled":2,"returned":1},{"sku":"POT","title":"Enamel pot","quantity":1,"price":3100,"fulfilled":1}]',X'01a2209596a5719d9d8ad63db61cba47',2,5600,5600,1250,5,'guest','2026-11-28T05:16:44.067701+00:00','2026-11-28T05:16:44.080957+00:00','2026-11-28T05:16:44.071209+00:00','2026-11-28T05:16:44.070697+00:00','2026-11-28T05:16:44.073690+00:00','guest','cd041d6b802a791544f84d6a9cc9ebf52044699ebbdbe67e5d15aa66235643a8','place 334138d864eb1cf31acab074c676cee5b2456e04242e1eeff26f072d2248095a',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(13,X'01a2209596b377d4a78072fbda6b6b49','fulfilled','fay@example.com','fay@example.com','EUR',5600,NULL,NULL,NULL,'[{"sku":"MUG","title":"Stoneware mug","quantity":2,"price":1250,"fulfilled":2},{"sku":"POT","title":"Enamel pot","quantity":1,"price":3100,"fulfilled":1}]',X'01a2209596b471ce9a26d594c9766476',2,5600,5600,0,5,'guest','2026-11-28T05:16:44.083030+00:00','2026-11-28T05:16:44.095712+00:00','2026-11-28T05:16:44.086798+00:00','2026-11-28T05:16:44.086279+00:00','2026-11-28T05:16:44.089455+00:00','guest','241444bcc3e368dc31739db823851ee592b5b7c5c65115e10288c61e07429429','place 334138d864eb1cf31acab074c676cee5b2456e04242e1eeff26f072d2248095a',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(14,X'01a2209596c175088cd6c5f7538151ae','fulfilled','fay@example.com','fay@example.com','EUR',5600,NULL,NULL,NULL,'[{"sku":"MUG","title":"Stoneware mug","quantity":2,"price":1250,"fulfilled":2,"returned":1},{"sku":"POT","title":"Enamel pot","quantity":1,"price":3100,"fulfilled":1}]',X'01a2209596c27635ad447ba775e28581',2,5600,5600,1250,6,'guest','2026-11-28T05:16:44.097446+00:00','2026-11-28T05:16:44.110325+00:00','2026-11-28T05:16:44.099857+00:00','2026-11-28T05:16:44.099394+00:00','2026-11-28T05:16:44.101520+00:00','guest','14b9a46bf3d90b8f96d3ed4e3b4a6d38bcff698e4334443664cc6930fdd8240f','place 334138d864eb1cf31acab074c676cee5b2456e04242e1eeff26f072d2248095a',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(15,X'01a2209596d074198561c635e28185a1','fulfilled','gus@example.com','gus@example.com','EUR',3100,NULL,NULL,NULL,'[{"sku":"POT","title":"Enamel pot","quantity":1,"price":3100,"fulfilled":1,"returned":1}]',X'01a2209596d272e6850ae64318d5287c',2,3100,3100,3100,5,'guest','2026-11-28T05:16:44.112403+00:00','2026-11-28T05:16:44.127834+00:00','2026-11-28T05:16:44.117346+00:00','2026-11-28T05:16:44.116784+00:00','2026-11-28T05:16:44.119215+00:00','guest','0e002ba4e4129147b32ab129628c5f00cfa3b55eb7576d505c111ee1b8e60d28','place bc99d12c27760858e089bd3531bcca5b1b0e714c8ffd585c46a5b5c8dec01d3e',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(16,X'01a22095975477ac948c815d4236e20e','fulfilled','gus@example.com','gus@example.com','EUR',3100,NULL,NULL,NULL,'[{"sku":"POT","title":"Enamel pot","quantity":1,"price":3100,"fulfilled":1,"returned":1}]',X'01a22095975675d19fe17a8be5b69c3c',2,3100,3100,3100,5,'guest','2026-11-28T05:16:44.244834+00:00','2026-11-28T05:16:44.261473+00:00','2026-11-28T05:16:44.247884+00:00','2026-11-28T05:16:44.247391+00:00','2026-11-28T05:16:44.249747+00:00','guest','d6c13b4281c028a56822a252aa99b6343554a141ab1521433b6bf13197786ae1','place bc99d12c27760858e089bd3531bcca5b1b0e714c8ffd585c46a5b5c8dec01d3e',201,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO orders VALUES(17,X'01a22095986173bf8315a3dbc4647b37','placed','hal@example.com','hal@example.com','EUR',1400,NULL,NULL,NULL,'[{"sku":"WAIT","title":"Ordered and waited for","quantity":2,"price":700}]',NULL,0,0,0,0,1,'guest','2026-11-28T05:16:44.513802+00:00','2026-11-28T05:16:44.513802+00:00',NULL,NULL,NULL,'guest','9d79aa68ddb24d64f671e663e553c3b75406e2f56f43c4359492e2390d635f19','place 45349c3878b1902826033020a72f3e419ac6c5b9d8fe92a84f7c105bdea511b6',202,NULL,'{"id":"01a22095-9861-73bf-8315-a3dbc4647b37","number":"1000017","status":"placed","email":"hal@example.com","lines":[{"sku":"WAIT","title":"Ordered and waited for","quantity":2,"unit_price":{"amount":700,"currency":"EUR"},"total":{"amount":1400,"currency":"EUR"}}],"total":{"amount":1400,"currency":"EUR"},"payment":null,"order_token":"","created_at":"2026-11-28T05:16:44.513802Z","updated_at":"2026-11-28T05:16:44.513802Z"}','pending','2026-11-28T05:16:46.513802+00:00','2026-11-28T05:31:44.513802+00:00',1,'simulated','tok_pending_then_approve',NULL,NULL,'01a22095-9861-73bf-8315-a3d906b6b2b1',X'01a22095986173bf8315a3d906b6b2b1','00-01a22095986173bf8315a3da8a4d09fc-8315a3da8a4d09fc-00','4KlkzXCm3joPUEUDUmrmKQ','M7ARTzFEJhgLbrbOMRz3EA',0);
CREATE TABLE order_sku (
    sku TEXT NOT NULL,
    block INTEGER NOT NULL,
    PRIMARY KEY (sku, block)
) STRICT, WITHOUT ROWID;
INSERT INTO order_sku VALUES('APRON-M',0);
INSERT INTO order_sku VALUES('APRON-S',0);
INSERT INTO order_sku VALUES('MUG',0);
INSERT INTO order_sku VALUES('POT',0);
INSERT INTO order_sku VALUES('STONE',0);
INSERT INTO order_sku VALUES('WAIT',0);
CREATE TABLE unpaid_order (
    order_id BLOB PRIMARY KEY,
    -- As in `orders`.
    client TEXT NOT NULL,
    buyer TEXT NOT NULL,
    units INTEGER NOT NULL,
    -- NULL while it waits for its payment.
    ended_at TEXT
) STRICT;
CREATE TABLE fulfilment (
    id BLOB PRIMARY KEY,
    order_id BLOB NOT NULL,
    tracking TEXT,
    -- JSON: units by SKU
    lines TEXT NOT NULL,
    complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
    actor TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
INSERT INTO fulfilment VALUES(X'01a2209558a474ec8d1291589cfe1ca4',X'01a22095589a77aba25c373165538b0c',NULL,'[{"quantity":1,"sku":"APRON-S"}]',1,'admin','2026-11-28T05:16:28.196863+00:00');
INSERT INTO fulfilment VALUES(X'01a220959685758b8736f0d248ad3202',X'01a22095967c709aa771316cd7a1e6be','RM123','[{"quantity":2,"sku":"MUG"}]',0,'admin','2026-11-28T05:16:44.037054+00:00');
INSERT INTO fulfilment VALUES(X'01a220959692718f84d14d6e67aac1d3',X'01a2209596897724b699fd95359734f7',NULL,'[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}]',1,'admin','2026-11-28T05:16:44.050277+00:00');
INSERT INTO fulfilment VALUES(X'01a22095969c75538d0bcdc293ae665a',X'01a22095969776d9a7b3944ac82510f2',NULL,'[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}]',1,'admin','2026-11-28T05:16:44.060615+00:00');
INSERT INTO fulfilment VALUES(X'01a2209596ab764eb74b3164cea9d798',X'01a2209596a372fd80f181a09b7ec6d2',NULL,'[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}]',1,'admin','2026-11-28T05:16:44.075250+00:00');
INSERT INTO fulfilment VALUES(X'01a2209596ba73c5af3e487f363a5686',X'01a2209596b377d4a78072fbda6b6b49',NULL,'[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}]',1,'admin','2026-11-28T05:16:44.090988+00:00');
INSERT INTO fulfilment VALUES(X'01a2209596c67635b3155e23d69f85f5',X'01a2209596c175088cd6c5f7538151ae',NULL,'[{"quantity":2,"sku":"MUG"},{"quantity":1,"sku":"POT"}]',1,'admin','2026-11-28T05:16:44.102945+00:00');
INSERT INTO fulfilment VALUES(X'01a2209596d9754babadf0674e550fc6',X'01a2209596d074198561c635e28185a1',NULL,'[{"quantity":1,"sku":"POT"}]',1,'admin','2026-11-28T05:16:44.121627+00:00');
INSERT INTO fulfilment VALUES(X'01a22095975f75f49a68bb6883178d0a',X'01a22095975477ac948c815d4236e20e',NULL,'[{"quantity":1,"sku":"POT"}]',1,'admin','2026-11-28T05:16:44.255722+00:00');
CREATE TABLE goods_return (
    id BLOB PRIMARY KEY,
    order_id BLOB NOT NULL,
    refund_id BLOB NOT NULL UNIQUE,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    -- JSON: units by SKU, with how many of them had been shipped
    lines TEXT NOT NULL,
    restock INTEGER NOT NULL CHECK (restock IN (0, 1)),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'received' CHECK (status IN ('requested', 'approved', 'received', 'refused')),
    -- JSON: units by SKU, with their condition and whether they can be sold again.
    received TEXT,
    decided_by TEXT,
    decided_at TEXT,
    decision TEXT,
    -- How much of the amount was accepted without a person.
    accepted INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO goods_return VALUES(X'01a22095969471f59501803822c4aa8f',X'01a2209596897724b699fd95359734f7',X'01a22095969471f595018039b8c89a65',1250,'[{"quantity":1,"shipped":1,"sku":"MUG"}]',1,'to be requested','guest','2026-11-28T05:16:44.051676+00:00','requested',NULL,NULL,NULL,NULL,0);
INSERT INTO goods_return VALUES(X'01a22095969f719e85ea7c5be1d54fae',X'01a22095969776d9a7b3944ac82510f2',X'01a22095969f719e85ea7c5ca8031584',1250,'[{"quantity":1,"shipped":1,"sku":"MUG"}]',1,'to be approve','guest','2026-11-28T05:16:44.062414+00:00','approved',NULL,'admin','2026-11-28T05:16:44.065315+00:00',NULL,0);
INSERT INTO goods_return VALUES(X'01a2209596ae7100a5bae9cd80dbf480',X'01a2209596a372fd80f181a09b7ec6d2',X'01a2209596ae7100a5bae9cef2c6f143',1250,'[{"quantity":1,"shipped":1,"sku":"MUG"}]',1,'to be receive','guest','2026-11-28T05:16:44.076962+00:00','received','[{"quantity":1,"restock":false,"sku":"MUG"}]','admin','2026-11-28T05:16:44.080957+00:00',NULL,0);
INSERT INTO goods_return VALUES(X'01a2209596bd7242af36eb2d1e6162d0',X'01a2209596b377d4a78072fbda6b6b49',X'01a2209596bd7242af36eb2e8272f92b',0,'[{"quantity":1,"shipped":1,"sku":"MUG"}]',1,'to be refuse','guest','2026-11-28T05:16:44.092807+00:00','refused',NULL,'admin','2026-11-28T05:16:44.095712+00:00','worn',0);
INSERT INTO goods_return VALUES(X'01a2209596c9722098045fc7e63ad287',X'01a2209596c175088cd6c5f7538151ae',X'01a2209596c9722098045fc8f2dfc192',1250,'[{"quantity":1,"shipped":1,"sku":"MUG"}]',1,'to be received','guest','2026-11-28T05:16:44.104652+00:00','received','[{"quantity":1,"restock":true,"sku":"MUG"}]','admin','2026-11-28T05:16:44.110325+00:00',NULL,0);
INSERT INTO goods_return VALUES(X'01a2209596dc75979ab753bc35597aec',X'01a2209596d074198561c635e28185a1',X'01a2209596dc75979ab753bd2034751f',3100,'[{"quantity":1,"shipped":1,"sku":"POT"}]',0,'dented','guest','2026-11-28T05:16:44.123390+00:00','approved',NULL,'admin','2026-11-28T05:16:44.127834+00:00',NULL,0);
INSERT INTO goods_return VALUES(X'01a2209597627619ad313aefc326e0be',X'01a22095975477ac948c815d4236e20e',X'01a2209597627619ad313af0246409ee',3100,'[{"quantity":1,"shipped":1,"sku":"POT"}]',0,'dented','guest','2026-11-28T05:16:44.257995+00:00','approved',NULL,'admin','2026-11-28T05:16:44.261473+00:00',NULL,0);
CREATE TABLE timeline (
    order_id BLOB NOT NULL,
    at TEXT NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    what TEXT NOT NULL,
    actor TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (order_id, at, source, position)
) STRICT;
INSERT INTO timeline VALUES(X'01a22095589a77aba25c373165538b0c','2026-11-28T05:16:28.197660+00:00','order',3,'fulfilled','admin','1 x APRON-S');
INSERT INTO timeline VALUES(X'01a220958e7c71e18c0d0f4d2c6ead95','2026-11-28T05:16:41.981728+00:00','order',9,'rejected','system:order','out-of-stock');
INSERT INTO timeline VALUES(X'01a220958e7f77c5a313eae71ebd34d7','2026-11-28T05:16:41.986280+00:00','payment',7,'payment.declined','system:payment','the card was declined');
INSERT INTO timeline VALUES(X'01a220958e7f77c5a313eae71ebd34d7','2026-11-28T05:16:41.989183+00:00','order',11,'rejected','system:order','payment-declined');
INSERT INTO timeline VALUES(X'01a220959673771abd0666c342aa8f3b','2026-11-28T05:16:44.026463+00:00','order',18,'cancelled','guest','requested');
INSERT INTO timeline VALUES(X'01a220959673771abd0666c342aa8f3b','2026-11-28T05:16:44.033341+00:00','payment',15,'payment.refunded','system:payment','EUR 82.00');
INSERT INTO timeline VALUES(X'01a22095967c709aa771316cd7a1e6be','2026-11-28T05:16:44.037307+00:00','order',21,'fulfilled','admin','2 x MUG');
INSERT INTO timeline VALUES(X'01a22095967c709aa771316cd7a1e6be','2026-11-28T05:16:44.039754+00:00','order',22,'called-off','guest','EUR 26.00: one is enough');
INSERT INTO timeline VALUES(X'01a22095967c709aa771316cd7a1e6be','2026-11-28T05:16:44.046829+00:00','payment',18,'payment.refunded','system:payment','EUR 26.00');
INSERT INTO timeline VALUES(X'01a2209596897724b699fd95359734f7','2026-11-28T05:16:44.050457+00:00','order',25,'fulfilled','admin','2 x MUG, 1 x POT');
INSERT INTO timeline VALUES(X'01a2209596897724b699fd95359734f7','2026-11-28T05:16:44.052879+00:00','order',26,'return.requested','guest','1 x MUG: to be requested');
INSERT INTO timeline VALUES(X'01a22095969776d9a7b3944ac82510f2','2026-11-28T05:16:44.061325+00:00','order',29,'fulfilled','admin','2 x MUG, 1 x POT');
INSERT INTO timeline VALUES(X'01a22095969776d9a7b3944ac82510f2','2026-11-28T05:16:44.063574+00:00','order',30,'return.requested','guest','1 x MUG: to be approve');
INSERT INTO timeline VALUES(X'01a22095969776d9a7b3944ac82510f2','2026-11-28T05:16:44.065714+00:00','order',31,'return.approved','admin','EUR 12.50: to be approve');
INSERT INTO timeline VALUES(X'01a22095969776d9a7b3944ac82510f2','2026-11-28T05:16:44.072604+00:00','payment',23,'payment.refunded','system:payment','EUR 12.50');
INSERT INTO timeline VALUES(X'01a2209596a372fd80f181a09b7ec6d2','2026-11-28T05:16:44.075842+00:00','order',34,'fulfilled','admin','2 x MUG, 1 x POT');
INSERT INTO timeline VALUES(X'01a2209596a372fd80f181a09b7ec6d2','2026-11-28T05:16:44.078346+00:00','order',35,'return.requested','guest','1 x MUG: to be receive');
INSERT INTO timeline VALUES(X'01a2209596a372fd80f181a09b7ec6d2','2026-11-28T05:16:44.081430+00:00','order',36,'returned','admin','EUR 12.50: to be receive');
INSERT INTO timeline VALUES(X'01a2209596a372fd80f181a09b7ec6d2','2026-11-28T05:16:44.087586+00:00','payment',26,'payment.refunded','system:payment','EUR 12.50');
INSERT INTO timeline VALUES(X'01a2209596b377d4a78072fbda6b6b49','2026-11-28T05:16:44.091599+00:00','order',39,'fulfilled','admin','2 x MUG, 1 x POT');
INSERT INTO timeline VALUES(X'01a2209596b377d4a78072fbda6b6b49','2026-11-28T05:16:44.093720+00:00','order',40,'return.requested','guest','1 x MUG: to be refuse');
INSERT INTO timeline VALUES(X'01a2209596b377d4a78072fbda6b6b49','2026-11-28T05:16:44.096150+00:00','order',41,'return.refused','admin','worn');
INSERT INTO timeline VALUES(X'01a2209596c175088cd6c5f7538151ae','2026-11-28T05:16:44.103516+00:00','order',44,'fulfilled','admin','2 x MUG, 1 x POT');
INSERT INTO timeline VALUES(X'01a2209596c175088cd6c5f7538151ae','2026-11-28T05:16:44.105542+00:00','order',45,'return.requested','guest','1 x MUG: to be received');
INSERT INTO timeline VALUES(X'01a2209596c175088cd6c5f7538151ae','2026-11-28T05:16:44.108527+00:00','order',46,'return.approved','admin','EUR 12.50: to be received');
INSERT INTO timeline VALUES(X'01a2209596c175088cd6c5f7538151ae','2026-11-28T05:16:44.111094+00:00','order',47,'returned','admin','EUR 0.00: to be received');
INSERT INTO timeline VALUES(X'01a2209596c175088cd6c5f7538151ae','2026-11-28T05:16:44.115660+00:00','payment',30,'payment.refunded','system:payment','EUR 12.50');
INSERT INTO timeline VALUES(X'01a2209596d074198561c635e28185a1','2026-11-28T05:16:44.122027+00:00','order',50,'fulfilled','admin','1 x POT');
INSERT INTO timeline VALUES(X'01a2209596d074198561c635e28185a1','2026-11-28T05:16:44.124872+00:00','order',51,'return.requested','guest','1 x POT: dented');
INSERT INTO timeline VALUES(X'01a2209596d074198561c635e28185a1','2026-11-28T05:16:44.129062+00:00','order',52,'return.approved','admin','EUR 31.00: dented');
INSERT INTO timeline VALUES(X'01a2209596d074198561c635e28185a1','2026-11-28T05:16:44.131199+00:00','payment',33,'payment.refund-refused','system:payment','EUR 21.00 of EUR 31.00: less is left than was promised');
INSERT INTO timeline VALUES(X'01a2209596d074198561c635e28185a1','2026-11-28T05:16:44.133152+00:00','payment',34,'payment.refunded','system:payment','EUR 10.00');
INSERT INTO timeline VALUES(X'01a2209596d074198561c635e28185a1','2026-11-28T05:16:44.137373+00:00','payment',35,'payment.refunded','system:payment','EUR 21.00');
INSERT INTO timeline VALUES(X'01a22095975477ac948c815d4236e20e','2026-11-28T05:16:44.256044+00:00','order',55,'fulfilled','admin','1 x POT');
INSERT INTO timeline VALUES(X'01a22095975477ac948c815d4236e20e','2026-11-28T05:16:44.258930+00:00','order',56,'return.requested','guest','1 x POT: dented');
INSERT INTO timeline VALUES(X'01a22095975477ac948c815d4236e20e','2026-11-28T05:16:44.262873+00:00','order',57,'return.approved','admin','EUR 31.00: dented');
INSERT INTO timeline VALUES(X'01a22095975477ac948c815d4236e20e','2026-11-28T05:16:44.264927+00:00','payment',38,'payment.refund-refused','system:payment','EUR 21.00 of EUR 31.00: less is left than was promised');
INSERT INTO timeline VALUES(X'01a22095975477ac948c815d4236e20e','2026-11-28T05:16:44.266449+00:00','payment',39,'payment.refunded','system:payment','EUR 10.00');
INSERT INTO timeline VALUES(X'01a22095975477ac948c815d4236e20e','2026-11-28T05:16:44.269533+00:00','payment',40,'payment.refunded','system:payment','EUR 21.00');
CREATE TABLE cart (
    id BLOB PRIMARY KEY,
    -- Counts the changes, so that a checkout takes what its buyer saw.
    version INTEGER NOT NULL,
    -- The order that it became.
    order_id BLOB,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
INSERT INTO cart VALUES(X'29e4b66019164ff39ef8117af4d66197',1,NULL,'2026-11-28T05:16:41.957126+00:00','2126-11-04T05:16:41.959507+00:00');
INSERT INTO cart VALUES(X'142e7d0a444542af8c59b54341aad480',1,X'01a220958e6c71fe84b8d4c71c1cda46','2026-11-28T05:16:41.960845+00:00','2126-11-04T05:16:41.962860+00:00');
CREATE TABLE cart_line (
    cart_id BLOB NOT NULL REFERENCES cart (id) ON DELETE CASCADE,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    added_at TEXT NOT NULL,
    PRIMARY KEY (cart_id, sku)
) STRICT;
INSERT INTO cart_line VALUES(X'29e4b66019164ff39ef8117af4d66197','MUG',2,'2026-11-28T05:16:41.959617+00:00');
INSERT INTO cart_line VALUES(X'142e7d0a444542af8c59b54341aad480','POT',1,'2026-11-28T05:16:41.962980+00:00');
CREATE TABLE called_off (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL,
    refund_id BLOB NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    -- JSON: units by SKU
    lines TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
INSERT INTO called_off VALUES(X'01a22095968672f3b8126f10f0cfd354',X'01a22095967c709aa771316cd7a1e6be',X'01a22095968672f3b8126f11be62fdc4',2600,'[{"quantity":1,"sku":"APRON-M"}]','one is enough','guest','2026-11-28T05:16:44.038773+00:00');
CREATE TABLE order_refund (
    refund_id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('return', 'called_off', 'cancellation')),
    amount INTEGER NOT NULL CHECK (amount > 0),
    paid INTEGER NOT NULL DEFAULT 0 CHECK (paid >= 0),
    status TEXT NOT NULL DEFAULT 'due' CHECK (status IN ('due', 'paid', 'refused', 'void')),
    reason TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
INSERT INTO order_refund VALUES(X'01a22095967971e0883eaa78c3c817a1',X'01a220959673771abd0666c342aa8f3b','cancellation',8200,8200,'paid',NULL,'2026-11-28T05:16:44.025721+00:00','2026-11-28T05:16:44.034542+00:00');
INSERT INTO order_refund VALUES(X'01a22095968672f3b8126f11be62fdc4',X'01a22095967c709aa771316cd7a1e6be','called_off',2600,2600,'paid',NULL,'2026-11-28T05:16:44.038773+00:00','2026-11-28T05:16:44.047833+00:00');
INSERT INTO order_refund VALUES(X'01a22095969f719e85ea7c5ca8031584',X'01a22095969776d9a7b3944ac82510f2','return',1250,1250,'paid',NULL,'2026-11-28T05:16:44.065315+00:00','2026-11-28T05:16:44.073278+00:00');
INSERT INTO order_refund VALUES(X'01a2209596ae7100a5bae9cef2c6f143',X'01a2209596a372fd80f181a09b7ec6d2','return',1250,1250,'paid',NULL,'2026-11-28T05:16:44.080957+00:00','2026-11-28T05:16:44.088390+00:00');
INSERT INTO order_refund VALUES(X'01a2209596c9722098045fc8f2dfc192',X'01a2209596c175088cd6c5f7538151ae','return',1250,1250,'paid',NULL,'2026-11-28T05:16:44.108111+00:00','2026-11-28T05:16:44.116369+00:00');
INSERT INTO order_refund VALUES(X'01a2209596dc75979ab753bd2034751f',X'01a2209596d074198561c635e28185a1','return',3100,2100,'refused','less is left than was promised','2026-11-28T05:16:44.127834+00:00','2026-11-28T05:16:44.138253+00:00');
INSERT INTO order_refund VALUES(X'01a2209597627619ad313af0246409ee',X'01a22095975477ac948c815d4236e20e','return',3100,2100,'refused','less is left than was promised','2026-11-28T05:16:44.261473+00:00','2026-11-28T05:16:44.270280+00:00');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('orders',17);
INSERT INTO sqlite_sequence VALUES('outbox',58);
CREATE INDEX parked_event_stream ON parked_event (consumer, source, stream, position);
CREATE INDEX idempotency_created ON idempotency (created_at);
CREATE INDEX orders_email_folded ON orders (email_folded, number);
CREATE INDEX orders_listed_as ON orders (listed_as, number);
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX unpaid_order_client ON unpaid_order (client, ended_at);
CREATE INDEX unpaid_order_buyer ON unpaid_order (buyer, ended_at);
CREATE INDEX unpaid_order_ended ON unpaid_order (ended_at);
CREATE INDEX fulfilment_order ON fulfilment (order_id, created_at);
CREATE INDEX goods_return_order ON goods_return (order_id, created_at);
CREATE INDEX goods_return_status ON goods_return (status, id);
CREATE INDEX cart_expires ON cart (expires_at);
CREATE INDEX called_off_order ON called_off (order_id, created_at);
CREATE INDEX order_refund_order ON order_refund (order_id, created_at);
CREATE INDEX order_refund_status ON order_refund (status, order_id);
COMMIT;
