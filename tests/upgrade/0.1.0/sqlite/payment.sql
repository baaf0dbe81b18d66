PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
INSERT INTO seaql_migrations VALUES('m0001_kernel',1795842988);
INSERT INTO seaql_migrations VALUES('m0001_payment',1795842988);
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
INSERT INTO outbox VALUES(1,X'01a22095589f7594af42a3a50ff27f84','payment.authorized.v1','01a22095-589d-749a-8f1a-7e1657ffebc3',1,'2026-11-28T05:16:28.191455+00:00',X'01a22095589a77aba25c372fb2df179f',X'01a22095589a77aba25c372fb2df179f','00-01a22095589a77aba25c37300bda4c95-a25c37300bda4c95-00','{"amount":{"amount":2400,"currency":"EUR"},"order":"01a22095-589a-77ab-a25c-373165538b0c","payment":"01a22095-589d-749a-8f1a-7e1657ffebc3"}');
INSERT INTO outbox VALUES(2,X'01a2209558a270c68185558c08c7d281','payment.captured.v1','01a22095-589d-749a-8f1a-7e1657ffebc3',2,'2026-11-28T05:16:28.194903+00:00',X'01a22095589a77aba25c372fb2df179f',X'01a22095589a77aba25c372fb2df179f','00-01a22095589a77aba25c37300bda4c95-a25c37300bda4c95-00','{"amount":{"amount":2400,"currency":"EUR"},"captured":{"amount":2400,"currency":"EUR"},"order":"01a22095-589a-77ab-a25c-373165538b0c","payment":"01a22095-589d-749a-8f1a-7e1657ffebc3"}');
INSERT INTO outbox VALUES(3,X'01a220958e7071d797c987ab22004b29','payment.authorized.v1','01a22095-8e6f-779f-b6e1-7e74fbcc825b',1,'2026-11-28T05:16:41.968962+00:00',X'01a220958e6b7391bb3ad38d0f059d3a',X'01a220958e6b7391bb3ad38d0f059d3a','00-01a220958e6c71fe84b8d4c6b521bbcb-84b8d4c6b521bbcb-00','{"amount":{"amount":3100,"currency":"EUR"},"order":"01a22095-8e6c-71fe-84b8-d4c71c1cda46","payment":"01a22095-8e6f-779f-b6e1-7e74fbcc825b"}');
INSERT INTO outbox VALUES(4,X'01a220958e747309b35401eb1398c9ec','payment.captured.v1','01a22095-8e6f-779f-b6e1-7e74fbcc825b',2,'2026-11-28T05:16:41.972306+00:00',X'01a220958e6b7391bb3ad38d0f059d3a',X'01a220958e6b7391bb3ad38d0f059d3a','00-01a220958e6c71fe84b8d4c6b521bbcb-84b8d4c6b521bbcb-00','{"amount":{"amount":3100,"currency":"EUR"},"captured":{"amount":3100,"currency":"EUR"},"order":"01a22095-8e6c-71fe-84b8-d4c71c1cda46","payment":"01a22095-8e6f-779f-b6e1-7e74fbcc825b"}');
INSERT INTO outbox VALUES(5,X'01a220958e7873d3931c0e9ebd5f5f39','payment.authorized.v1','01a22095-8e77-7197-9bb6-48e44909190e',1,'2026-11-28T05:16:41.976697+00:00',X'01a220958e7577b29f3fa0e50fdd954c',X'01a220958e7577b29f3fa0e50fdd954c','00-01a220958e7577b29f3fa0e6af8b3ed5-9f3fa0e6af8b3ed5-00','{"amount":{"amount":8200,"currency":"EUR"},"order":"01a22095-8e76-73ac-a0bb-0da305c9babc","payment":"01a22095-8e77-7197-9bb6-48e44909190e"}');
INSERT INTO outbox VALUES(6,X'01a220958e7b71d8ac5b73dbf82e6d7c','payment.captured.v1','01a22095-8e77-7197-9bb6-48e44909190e',2,'2026-11-28T05:16:41.979026+00:00',X'01a220958e7577b29f3fa0e50fdd954c',X'01a220958e7577b29f3fa0e50fdd954c','00-01a220958e7577b29f3fa0e6af8b3ed5-9f3fa0e6af8b3ed5-00','{"amount":{"amount":8200,"currency":"EUR"},"captured":{"amount":8200,"currency":"EUR"},"order":"01a22095-8e76-73ac-a0bb-0da305c9babc","payment":"01a22095-8e77-7197-9bb6-48e44909190e"}');
INSERT INTO outbox VALUES(7,X'01a220958e8275d18710ee9f20a3f03e','payment.declined.v1','01a22095-8e81-7508-a803-2dd0ef51ac6b',1,'2026-11-28T05:16:41.986280+00:00',X'01a220958e7f77c5a313eae43345c50d',X'01a220958e7f77c5a313eae43345c50d','00-01a220958e7f77c5a313eae5eea1a28c-a313eae5eea1a28c-00','{"order":"01a22095-8e7f-77c5-a313-eae71ebd34d7","payment":"01a22095-8e81-7508-a803-2dd0ef51ac6b","reason":"the card was declined"}');
INSERT INTO outbox VALUES(8,X'01a22095927273bc945ed971cf3b96ab','payment.authorized.v1','01a22095-8e88-7457-a25e-8bfa90a51585',1,'2026-11-28T05:16:42.994509+00:00',X'01a220958e8674ff8fe91ae0338e0f81',X'01a220958e8674ff8fe91ae0338e0f81','00-01a220958e8674ff8fe91ae1e287c7b4-8fe91ae1e287c7b4-00','{"amount":{"amount":1250,"currency":"EUR"},"order":"01a22095-8e86-74ff-8fe9-1ae38b323045","payment":"01a22095-8e88-7457-a25e-8bfa90a51585"}');
INSERT INTO outbox VALUES(9,X'01a2209592757288a15b315b6fa01157','payment.captured.v1','01a22095-8e88-7457-a25e-8bfa90a51585',2,'2026-11-28T05:16:42.997551+00:00',X'01a220958e8674ff8fe91ae0338e0f81',X'01a220958e8674ff8fe91ae0338e0f81','00-01a220958e8674ff8fe91ae1e287c7b4-8fe91ae1e287c7b4-00','{"amount":{"amount":1250,"currency":"EUR"},"captured":{"amount":1250,"currency":"EUR"},"order":"01a22095-8e86-74ff-8fe9-1ae38b323045","payment":"01a22095-8e88-7457-a25e-8bfa90a51585"}');
INSERT INTO outbox VALUES(10,X'01a22095966a7561b9e610013e2d0e04','payment.authorized.v1','01a22095-9279-75f7-9207-30220dcbe63c',1,'2026-11-28T05:16:44.010644+00:00',X'01a220959277729c84c4f602f5e2cb11',X'01a220959277729c84c4f602f5e2cb11','00-01a220959277729c84c4f60373e65525-84c4f60373e65525-00','{"amount":{"amount":1250,"currency":"EUR"},"order":"01a22095-9278-74f5-a893-d7c3cc5e4e0d","payment":"01a22095-9279-75f7-9207-30220dcbe63c"}');
INSERT INTO outbox VALUES(11,X'01a22095967072fd8c1f4db08e5c3bc8','payment.captured.v1','01a22095-9279-75f7-9207-30220dcbe63c',2,'2026-11-28T05:16:44.016543+00:00',X'01a220959277729c84c4f602f5e2cb11',X'01a220959277729c84c4f602f5e2cb11','00-01a220959277729c84c4f60373e65525-84c4f60373e65525-00','{"amount":{"amount":1250,"currency":"EUR"},"captured":{"amount":1250,"currency":"EUR"},"order":"01a22095-9278-74f5-a893-d7c3cc5e4e0d","payment":"01a22095-9279-75f7-9207-30220dcbe63c"}');
INSERT INTO outbox VALUES(12,X'01a22095967574db84dee816ecfcd2c2','payment.authorized.v1','01a22095-9675-74db-84de-e815d7559320',1,'2026-11-28T05:16:44.021891+00:00',X'01a220959673771abd0666c1bbfaf116',X'01a220959673771abd0666c1bbfaf116','00-01a220959673771abd0666c2f1c2d711-bd0666c2f1c2d711-00','{"amount":{"amount":8200,"currency":"EUR"},"order":"01a22095-9673-771a-bd06-66c342aa8f3b","payment":"01a22095-9675-74db-84de-e815d7559320"}');
INSERT INTO outbox VALUES(13,X'01a2209596777734b7a4002e92674950','payment.captured.v1','01a22095-9675-74db-84de-e815d7559320',2,'2026-11-28T05:16:44.023959+00:00',X'01a220959673771abd0666c1bbfaf116',X'01a220959673771abd0666c1bbfaf116','00-01a220959673771abd0666c2f1c2d711-bd0666c2f1c2d711-00','{"amount":{"amount":8200,"currency":"EUR"},"captured":{"amount":8200,"currency":"EUR"},"order":"01a22095-9673-771a-bd06-66c342aa8f3b","payment":"01a22095-9675-74db-84de-e815d7559320"}');
INSERT INTO outbox VALUES(14,X'01a22095968074faa64fbd1fbad8cc64','payment.authorized.v1','01a22095-967e-717e-8c0d-614b5eebc1f3',1,'2026-11-28T05:16:44.032560+00:00',X'01a22095967b74a2bed35d300d9a1de0',X'01a22095967b74a2bed35d300d9a1de0','00-01a22095967b74a2bed35d3397750f9e-bed35d3397750f9e-00','{"amount":{"amount":6350,"currency":"EUR"},"order":"01a22095-967c-709a-a771-316cd7a1e6be","payment":"01a22095-967e-717e-8c0d-614b5eebc1f3"}');
INSERT INTO outbox VALUES(15,X'01a2209596817483bd568d5d2d9d5e3d','payment.refunded.v1','01a22095-9675-74db-84de-e815d7559320',3,'2026-11-28T05:16:44.033341+00:00',X'01a22095967971e0883eaa762b3ca0eb',X'01a22095967971e0883eaa762b3ca0eb','00-01a22095967971e0883eaa77a11ad06f-883eaa77a11ad06f-00','{"amount":{"amount":8200,"currency":"EUR"},"order":"01a22095-9673-771a-bd06-66c342aa8f3b","payment":"01a22095-9675-74db-84de-e815d7559320","refund":"01a22095-9679-71e0-883e-aa78c3c817a1","refunded":{"amount":8200,"currency":"EUR"}}');
INSERT INTO outbox VALUES(16,X'01a220959683708dad5dc18130d6b09f','payment.captured.v1','01a22095-967e-717e-8c0d-614b5eebc1f3',2,'2026-11-28T05:16:44.035053+00:00',X'01a22095967b74a2bed35d300d9a1de0',X'01a22095967b74a2bed35d300d9a1de0','00-01a22095967b74a2bed35d3397750f9e-bed35d3397750f9e-00','{"amount":{"amount":6350,"currency":"EUR"},"captured":{"amount":6350,"currency":"EUR"},"order":"01a22095-967c-709a-a771-316cd7a1e6be","payment":"01a22095-967e-717e-8c0d-614b5eebc1f3"}');
INSERT INTO outbox VALUES(17,X'01a22095968d77c1b9d1aac7f3a7d891','payment.authorized.v1','01a22095-968b-77e6-933f-05c2697d6835',1,'2026-11-28T05:16:44.045429+00:00',X'01a2209596897724b699fd920a3d4de9',X'01a2209596897724b699fd920a3d4de9','00-01a2209596897724b699fd938b0cc0ee-b699fd938b0cc0ee-00','{"amount":{"amount":5600,"currency":"EUR"},"order":"01a22095-9689-7724-b699-fd95359734f7","payment":"01a22095-968b-77e6-933f-05c2697d6835"}');
INSERT INTO outbox VALUES(18,X'01a22095968e762bb72cc2839e4f238c','payment.refunded.v1','01a22095-967e-717e-8c0d-614b5eebc1f3',3,'2026-11-28T05:16:44.046829+00:00',X'01a22095968672f3b8126f0e07eb945b',X'01a22095968672f3b8126f0e07eb945b','00-01a22095968672f3b8126f0f4baf010d-b8126f0f4baf010d-00','{"amount":{"amount":2600,"currency":"EUR"},"order":"01a22095-967c-709a-a771-316cd7a1e6be","payment":"01a22095-967e-717e-8c0d-614b5eebc1f3","refund":"01a22095-9686-72f3-b812-6f11be62fdc4","refunded":{"amount":2600,"currency":"EUR"}}');
INSERT INTO outbox VALUES(19,X'01a220959690713a827407a992eb05d0','payment.captured.v1','01a22095-968b-77e6-933f-05c2697d6835',2,'2026-11-28T05:16:44.048796+00:00',X'01a2209596897724b699fd920a3d4de9',X'01a2209596897724b699fd920a3d4de9','00-01a2209596897724b699fd938b0cc0ee-b699fd938b0cc0ee-00','{"amount":{"amount":5600,"currency":"EUR"},"captured":{"amount":5600,"currency":"EUR"},"order":"01a22095-9689-7724-b699-fd95359734f7","payment":"01a22095-968b-77e6-933f-05c2697d6835"}');
INSERT INTO outbox VALUES(20,X'01a22095969974888f1f9e83a730244a','payment.authorized.v1','01a22095-9698-7052-af4f-2e2ed2aae4fc',1,'2026-11-28T05:16:44.057411+00:00',X'01a22095969776d9a7b39448f803991f',X'01a22095969776d9a7b39448f803991f','00-01a22095969776d9a7b39449afdfd40f-a7b39449afdfd40f-00','{"amount":{"amount":5600,"currency":"EUR"},"order":"01a22095-9697-76d9-a7b3-944ac82510f2","payment":"01a22095-9698-7052-af4f-2e2ed2aae4fc"}');
INSERT INTO outbox VALUES(21,X'01a22095969b71b89fcffef396df4d51','payment.captured.v1','01a22095-9698-7052-af4f-2e2ed2aae4fc',2,'2026-11-28T05:16:44.059270+00:00',X'01a22095969776d9a7b39448f803991f',X'01a22095969776d9a7b39448f803991f','00-01a22095969776d9a7b39449afdfd40f-a7b39449afdfd40f-00','{"amount":{"amount":5600,"currency":"EUR"},"captured":{"amount":5600,"currency":"EUR"},"order":"01a22095-9697-76d9-a7b3-944ac82510f2","payment":"01a22095-9698-7052-af4f-2e2ed2aae4fc"}');
INSERT INTO outbox VALUES(22,X'01a2209596a6731b846e019a2b2ab0c8','payment.authorized.v1','01a22095-96a5-719d-9d8a-d63db61cba47',1,'2026-11-28T05:16:44.070697+00:00',X'01a2209596a277be88368f8504942b7f',X'01a2209596a277be88368f8504942b7f','00-01a2209596a277be88368f868dcf72b0-88368f868dcf72b0-00','{"amount":{"amount":5600,"currency":"EUR"},"order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2","payment":"01a22095-96a5-719d-9d8a-d63db61cba47"}');
INSERT INTO outbox VALUES(23,X'01a2209596a873388baa8da0ce2f7820','payment.refunded.v1','01a22095-9698-7052-af4f-2e2ed2aae4fc',3,'2026-11-28T05:16:44.072604+00:00',X'01a2209596a172d6bbeea3a189666f17',X'01a2209596a172d6bbeea3a189666f17','00-01a2209596a172d6bbeea3a23da8c484-bbeea3a23da8c484-00','{"amount":{"amount":1250,"currency":"EUR"},"order":"01a22095-9697-76d9-a7b3-944ac82510f2","payment":"01a22095-9698-7052-af4f-2e2ed2aae4fc","refund":"01a22095-969f-719e-85ea-7c5ca8031584","refunded":{"amount":1250,"currency":"EUR"}}');
INSERT INTO outbox VALUES(24,X'01a2209596a97247b6ed3ad96d0a8fd3','payment.captured.v1','01a22095-96a5-719d-9d8a-d63db61cba47',2,'2026-11-28T05:16:44.073690+00:00',X'01a2209596a277be88368f8504942b7f',X'01a2209596a277be88368f8504942b7f','00-01a2209596a277be88368f868dcf72b0-88368f868dcf72b0-00','{"amount":{"amount":5600,"currency":"EUR"},"captured":{"amount":5600,"currency":"EUR"},"order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2","payment":"01a22095-96a5-719d-9d8a-d63db61cba47"}');
INSERT INTO outbox VALUES(25,X'01a2209596b675b8a1d0af8d0bf49def','payment.authorized.v1','01a22095-96b4-71ce-9a26-d594c9766476',1,'2026-11-28T05:16:44.086279+00:00',X'01a2209596b270f8bedddf99cb550171',X'01a2209596b270f8bedddf99cb550171','00-01a2209596b270f8bedddf9a16d02414-bedddf9a16d02414-00','{"amount":{"amount":5600,"currency":"EUR"},"order":"01a22095-96b3-77d4-a780-72fbda6b6b49","payment":"01a22095-96b4-71ce-9a26-d594c9766476"}');
INSERT INTO outbox VALUES(26,X'01a2209596b77358b6133e859bda3777','payment.refunded.v1','01a22095-96a5-719d-9d8a-d63db61cba47',3,'2026-11-28T05:16:44.087586+00:00',X'01a2209596b07011b9b785d73c469851',X'01a2209596b07011b9b785d73c469851','00-01a2209596b07011b9b785d89b101d0f-b9b785d89b101d0f-00','{"amount":{"amount":1250,"currency":"EUR"},"order":"01a22095-96a3-72fd-80f1-81a09b7ec6d2","payment":"01a22095-96a5-719d-9d8a-d63db61cba47","refund":"01a22095-96ae-7100-a5ba-e9cef2c6f143","refunded":{"amount":1250,"currency":"EUR"}}');
INSERT INTO outbox VALUES(27,X'01a2209596b9773f9f25547d976f7e75','payment.captured.v1','01a22095-96b4-71ce-9a26-d594c9766476',2,'2026-11-28T05:16:44.089455+00:00',X'01a2209596b270f8bedddf99cb550171',X'01a2209596b270f8bedddf99cb550171','00-01a2209596b270f8bedddf9a16d02414-bedddf9a16d02414-00','{"amount":{"amount":5600,"currency":"EUR"},"captured":{"amount":5600,"currency":"EUR"},"order":"01a22095-96b3-77d4-a780-72fbda6b6b49","payment":"01a22095-96b4-71ce-9a26-d594c9766476"}');
INSERT INTO outbox VALUES(28,X'01a2209596c371548af9182d3d933095','payment.authorized.v1','01a22095-96c2-7635-ad44-7ba775e28581',1,'2026-11-28T05:16:44.099394+00:00',X'01a2209596c175088cd6c5f528a9b294',X'01a2209596c175088cd6c5f528a9b294','00-01a2209596c175088cd6c5f66aa85c74-8cd6c5f66aa85c74-00','{"amount":{"amount":5600,"currency":"EUR"},"order":"01a22095-96c1-7508-8cd6-c5f7538151ae","payment":"01a22095-96c2-7635-ad44-7ba775e28581"}');
INSERT INTO outbox VALUES(29,X'01a2209596c5728483136f0ccf0f6b83','payment.captured.v1','01a22095-96c2-7635-ad44-7ba775e28581',2,'2026-11-28T05:16:44.101520+00:00',X'01a2209596c175088cd6c5f528a9b294',X'01a2209596c175088cd6c5f528a9b294','00-01a2209596c175088cd6c5f66aa85c74-8cd6c5f66aa85c74-00','{"amount":{"amount":5600,"currency":"EUR"},"captured":{"amount":5600,"currency":"EUR"},"order":"01a22095-96c1-7508-8cd6-c5f7538151ae","payment":"01a22095-96c2-7635-ad44-7ba775e28581"}');
INSERT INTO outbox VALUES(30,X'01a2209596d3759fadafa6d1ab938efb','payment.refunded.v1','01a22095-96c2-7635-ad44-7ba775e28581',3,'2026-11-28T05:16:44.115660+00:00',X'01a2209596cc73afac84ea59c5cd0fb9',X'01a2209596cc73afac84ea59c5cd0fb9','00-01a2209596cc73afac84ea5a733b36f6-ac84ea5a733b36f6-00','{"amount":{"amount":1250,"currency":"EUR"},"order":"01a22095-96c1-7508-8cd6-c5f7538151ae","payment":"01a22095-96c2-7635-ad44-7ba775e28581","refund":"01a22095-96c9-7220-9804-5fc8f2dfc192","refunded":{"amount":1250,"currency":"EUR"}}');
INSERT INTO outbox VALUES(31,X'01a2209596d47637a1db7dfe94a8b241','payment.authorized.v1','01a22095-96d2-72e6-850a-e64318d5287c',1,'2026-11-28T05:16:44.116784+00:00',X'01a2209596d074198561c6339f00199b',X'01a2209596d074198561c6339f00199b','00-01a2209596d074198561c634a524cbba-8561c634a524cbba-00','{"amount":{"amount":3100,"currency":"EUR"},"order":"01a22095-96d0-7419-8561-c635e28185a1","payment":"01a22095-96d2-72e6-850a-e64318d5287c"}');
INSERT INTO outbox VALUES(32,X'01a2209596d7747dadbedbdecfcbd8ab','payment.captured.v1','01a22095-96d2-72e6-850a-e64318d5287c',2,'2026-11-28T05:16:44.119215+00:00',X'01a2209596d074198561c6339f00199b',X'01a2209596d074198561c6339f00199b','00-01a2209596d074198561c634a524cbba-8561c634a524cbba-00','{"amount":{"amount":3100,"currency":"EUR"},"captured":{"amount":3100,"currency":"EUR"},"order":"01a22095-96d0-7419-8561-c635e28185a1","payment":"01a22095-96d2-72e6-850a-e64318d5287c"}');
INSERT INTO outbox VALUES(33,X'01a2209596e3763d9a1bb5d57058b5eb','payment.refund_refused.v1','01a22095-96d2-72e6-850a-e64318d5287c',3,'2026-11-28T05:16:44.131199+00:00',X'01a2209596df77f3a1a2e613b55b4b5a',X'01a2209596df77f3a1a2e613b55b4b5a','00-01a2209596df77f3a1a2e614ffab097f-a1a2e614ffab097f-00','{"asked":{"amount":3100,"currency":"EUR"},"left":{"amount":2100,"currency":"EUR"},"order":"01a22095-96d0-7419-8561-c635e28185a1","payment":"01a22095-96d2-72e6-850a-e64318d5287c","reason":"less is left than was promised","refund":"01a22095-96dc-7597-9ab7-53bd2034751f","refunded":{"amount":2100,"currency":"EUR"}}');
INSERT INTO outbox VALUES(34,X'01a2209596e57195bdd9dd45c2d04fda','payment.refunded.v1','01a22095-96d2-72e6-850a-e64318d5287c',4,'2026-11-28T05:16:44.133152+00:00',X'01a2209596df77f3a1a2e611208babb1',X'01a2209596df77f3a1a2e611208babb1','00-01a2209596df77f3a1a2e61288c7b1ab-a1a2e61288c7b1ab-00','{"amount":{"amount":1000,"currency":"EUR"},"order":"01a22095-96d0-7419-8561-c635e28185a1","payment":"01a22095-96d2-72e6-850a-e64318d5287c","refund":"de083f8e-427a-4af6-94ed-fcf3dcd52666","refunded":{"amount":1000,"currency":"EUR"}}');
INSERT INTO outbox VALUES(35,X'01a2209596e9777f91afebbe3cbae0c2','payment.refunded.v1','01a22095-96d2-72e6-850a-e64318d5287c',5,'2026-11-28T05:16:44.137373+00:00',X'01a2209596df77f3a1a2e613b55b4b5a',X'01a2209596df77f3a1a2e613b55b4b5a','00-01a2209596df77f3a1a2e614ffab097f-a1a2e614ffab097f-00','{"amount":{"amount":2100,"currency":"EUR"},"order":"01a22095-96d0-7419-8561-c635e28185a1","payment":"01a22095-96d2-72e6-850a-e64318d5287c","refund":"01a22095-96dc-7597-9ab7-53bd2034751f","refunded":{"amount":3100,"currency":"EUR"}}');
INSERT INTO outbox VALUES(36,X'01a22095975777aaa67a7f9aaf3639e7','payment.authorized.v1','01a22095-9756-75d1-9fe1-7a8be5b69c3c',1,'2026-11-28T05:16:44.247391+00:00',X'01a22095975477ac948c815b5bd46039',X'01a22095975477ac948c815b5bd46039','00-01a22095975477ac948c815c38d4a321-948c815c38d4a321-00','{"amount":{"amount":3100,"currency":"EUR"},"order":"01a22095-9754-77ac-948c-815d4236e20e","payment":"01a22095-9756-75d1-9fe1-7a8be5b69c3c"}');
INSERT INTO outbox VALUES(37,X'01a22095975973d5823ed9c943ca5a70','payment.captured.v1','01a22095-9756-75d1-9fe1-7a8be5b69c3c',2,'2026-11-28T05:16:44.249747+00:00',X'01a22095975477ac948c815b5bd46039',X'01a22095975477ac948c815b5bd46039','00-01a22095975477ac948c815c38d4a321-948c815c38d4a321-00','{"amount":{"amount":3100,"currency":"EUR"},"captured":{"amount":3100,"currency":"EUR"},"order":"01a22095-9754-77ac-948c-815d4236e20e","payment":"01a22095-9756-75d1-9fe1-7a8be5b69c3c"}');
INSERT INTO outbox VALUES(38,X'01a22095976871349a2d49c809b84ca6','payment.refund_refused.v1','01a22095-9756-75d1-9fe1-7a8be5b69c3c',3,'2026-11-28T05:16:44.264927+00:00',X'01a2209597657081b22d45abf46653fc',X'01a2209597657081b22d45abf46653fc','00-01a2209597657081b22d45ac1bbd8195-b22d45ac1bbd8195-00','{"asked":{"amount":3100,"currency":"EUR"},"left":{"amount":2100,"currency":"EUR"},"order":"01a22095-9754-77ac-948c-815d4236e20e","payment":"01a22095-9756-75d1-9fe1-7a8be5b69c3c","reason":"less is left than was promised","refund":"01a22095-9762-7619-ad31-3af0246409ee","refunded":{"amount":2100,"currency":"EUR"}}');
INSERT INTO outbox VALUES(39,X'01a22095976a75bcb113d5aa9e58de83','payment.refunded.v1','01a22095-9756-75d1-9fe1-7a8be5b69c3c',4,'2026-11-28T05:16:44.266449+00:00',X'01a2209597657081b22d45ad4d1514c0',X'01a2209597657081b22d45ad4d1514c0','00-01a2209597657081b22d45ae0e6a9477-b22d45ae0e6a9477-00','{"amount":{"amount":1000,"currency":"EUR"},"order":"01a22095-9754-77ac-948c-815d4236e20e","payment":"01a22095-9756-75d1-9fe1-7a8be5b69c3c","refund":"ed51e58a-123e-476e-9de9-ffc016793d6e","refunded":{"amount":1000,"currency":"EUR"}}');
INSERT INTO outbox VALUES(40,X'01a22095976d7523a5d9f3ce32c84cfc','payment.refunded.v1','01a22095-9756-75d1-9fe1-7a8be5b69c3c',5,'2026-11-28T05:16:44.269533+00:00',X'01a2209597657081b22d45abf46653fc',X'01a2209597657081b22d45abf46653fc','00-01a2209597657081b22d45ac1bbd8195-b22d45ac1bbd8195-00','{"amount":{"amount":2100,"currency":"EUR"},"order":"01a22095-9754-77ac-948c-815d4236e20e","payment":"01a22095-9756-75d1-9fe1-7a8be5b69c3c","refund":"01a22095-9762-7619-ad31-3af0246409ee","refunded":{"amount":3100,"currency":"EUR"}}');
CREATE TABLE subscription (
    consumer TEXT NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    event_id BLOB,
    PRIMARY KEY (consumer, source)
) STRICT;
INSERT INTO subscription VALUES('payment','order',58,X'01a22095986275a4836b5b9417bca178');
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
INSERT INTO idempotency VALUES('admin','e20cb1842beb8d0fe9d209ba3c03c06a5f132655d0e5eeeffb063cf5ec79bafc','refund payment 01a22095-96d2-72e6-850a-e64318d5287c d5adf8f79d3c495267592f3913576e6962b281f1093e2c0007ef78850d1d3fc2',201,'/admin/payments/01a22095-96d2-72e6-850a-e64318d5287c','{"id":"de083f8e-427a-4af6-94ed-fcf3dcd52666","payment":"01a22095-96d2-72e6-850a-e64318d5287c","amount":{"amount":1000,"currency":"EUR"},"status":"succeeded","reason":"dented","answer":null,"created_at":"2026-11-28T05:16:44.128419Z"}','2026-11-28T05:16:44.135543+00:00');
INSERT INTO idempotency VALUES('admin','813c260714c55952b14b7e26b957b5ae81757bd3b6b107ad744513860c7e5e91','resolve refund 01a22095-96dc-7597-9ab7-53bd2034751f of payment 01a22095-96d2-72e6-850a-e64318d5287c ddc34eec10d78ab46e32f7904589368cd49e42522e18f32adf4f6bd092b772fa',200,NULL,'{"id":"01a22095-96d2-72e6-850a-e64318d5287c","order":"01a22095-96d0-7419-8561-c635e28185a1","method":"simulated","status":"refunded","given_up":false,"amount":{"amount":3100,"currency":"EUR"},"authorized":{"amount":3100,"currency":"EUR"},"captured":{"amount":3100,"currency":"EUR"},"refunded":{"amount":3100,"currency":"EUR"},"created_at":"2026-11-28T05:16:44.114913Z","attempts":[{"id":"01a22095-96d2-72e6-850a-e64318d5287c","operation":"authorize","amount":{"amount":3100,"currency":"EUR"},"status":"succeeded","asked_by":"system:order","reason":null,"answer":null,"tries":1,"created_at":"2026-11-28T05:16:44.114913Z"},{"id":"01a22095-96d2-82e6-850a-e64318d5287c","operation":"capture","amount":{"amount":3100,"currency":"EUR"},"status":"succeeded","asked_by":"system:order","reason":null,"answer":null,"tries":1,"created_at":"2026-11-28T05:16:44.118199Z"},{"id":"de083f8e-427a-4af6-94ed-fcf3dcd52666","operation":"refund","amount":{"amount":1000,"currency":"EUR"},"status":"succeeded","asked_by":"admin","reason":"dented","answer":null,"tries":1,"created_at":"2026-11-28T05:16:44.128419Z"},{"id":"01a22095-96dc-7597-9ab7-53bd2034751f","operation":"refund","amount":{"amount":2100,"currency":"EUR"},"status":"succeeded","asked_by":"system:order","reason":"order.returned.v1","answer":null,"tries":1,"created_at":"2026-11-28T05:16:44.131159Z"}],"refused_refunds":[{"refund":"01a22095-96dc-7597-9ab7-53bd2034751f","asked":{"amount":3100,"currency":"EUR"},"refunded":{"amount":2100,"currency":"EUR"},"left":{"amount":2100,"currency":"EUR"},"reason":"less is left than was promised","asked_by":"system:order","created_at":"2026-11-28T05:16:44.131159Z","resolved_at":"2026-11-28T05:16:44.242215Z","resolved_by":"admin","resolution":"paid in cash"}]}','2026-11-28T05:16:44.243624+00:00');
INSERT INTO idempotency VALUES('admin','552b471af2ce072cce0bab6b3e10e9cfcd4041162b7e6b0b290fd9b4a83d39a8','refund payment 01a22095-9756-75d1-9fe1-7a8be5b69c3c d5adf8f79d3c495267592f3913576e6962b281f1093e2c0007ef78850d1d3fc2',201,'/admin/payments/01a22095-9756-75d1-9fe1-7a8be5b69c3c','{"id":"ed51e58a-123e-476e-9de9-ffc016793d6e","payment":"01a22095-9756-75d1-9fe1-7a8be5b69c3c","amount":{"amount":1000,"currency":"EUR"},"status":"succeeded","reason":"dented","answer":null,"created_at":"2026-11-28T05:16:44.262146Z"}','2026-11-28T05:16:44.268591+00:00');
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
INSERT INTO tenure VALUES(1,X'66a2490f079e4057823649602f676c47',X'c698760fd103445185e0a7cf722ea7d5','leader',1,NULL,'first start','2026-11-28T05:16:28.094284+00:00');
CREATE TABLE tenure_peer (
    module TEXT PRIMARY KEY,
    database_id BLOB NOT NULL,
    noted_by TEXT NOT NULL,
    noted_at TEXT NOT NULL
) STRICT;
INSERT INTO tenure_peer VALUES('catalog',X'724ae7df652d451cb5f5eee216e5ea5e','banyan serve (user 0)','2026-11-28T05:16:28.099509+00:00');
INSERT INTO tenure_peer VALUES('order',X'4f8c8010e1974856af34332cc6517d59','banyan serve (user 0)','2026-11-28T05:16:28.099867+00:00');
INSERT INTO tenure_peer VALUES('inventory',X'a7e71a81a4f14a7481439776dfde428f','banyan serve (user 0)','2026-11-28T05:16:28.100159+00:00');
INSERT INTO tenure_peer VALUES('payment',X'c698760fd103445185e0a7cf722ea7d5','banyan serve (user 0)','2026-11-28T05:16:28.100465+00:00');
CREATE TABLE payment (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL UNIQUE,
    method TEXT,
    -- Needed to ask again; forgotten as soon as the provider has decided.
    token TEXT,
    currency TEXT,
    amount INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'authorized', 'captured', 'declined', 'voided', 'refunded')),
    authorized INTEGER NOT NULL,
    captured INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    -- Counts the payment's events.
    version INTEGER NOT NULL,
    given_up INTEGER NOT NULL CHECK (given_up IN (0, 1)),
    asked_by TEXT,
    correlation_id BLOB,
    -- The trace of the request that asked, so that the events of what comes of it carry it on.
    traceparent TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    -- Counts the row's updates: one that expects another revision changes nothing.
    revision INTEGER NOT NULL,
    -- 1 while this row says all that was asked of the provider: the authorization and at most one capture, each of which was
    -- asked once and was approved, or is under way. With 0 the tables attempt and refund_refusal say it.
    plain INTEGER NOT NULL CHECK (plain IN (0, 1)),
    -- Until when other processes leave alone what is under way in this row; NULL when nothing is.
    lease_until TEXT,
    -- The reference by which the provider knows the capture, written before it is asked.
    capture_id BLOB,
    capture_asked_by TEXT,
    capture_correlation_id BLOB,
    capture_traceparent TEXT,
    capture_at TEXT,
    -- 1 while the worker has to look at the row from time to time. It changes once for a plain order, when it is captured,
    -- so that on Postgres the updates before write no index entry: an update of any column of an index, its condition
    -- included, writes one in every index.
    watched INTEGER NOT NULL CHECK (watched IN (0, 1)),
    CHECK (amount >= authorized AND authorized >= captured AND captured >= refunded AND refunded >= 0),
    CHECK (method IS NOT NULL AND currency IS NOT NULL OR status = 'voided' AND amount = 0),
    CHECK ((capture_id IS NULL) = (capture_at IS NULL) AND (capture_id IS NULL) = (capture_asked_by IS NULL)),
    CHECK (plain = 1 OR capture_id IS NULL AND lease_until IS NULL)
) STRICT;
INSERT INTO payment VALUES(X'01a22095589d749a8f1a7e1657ffebc3',X'01a22095589a77aba25c373165538b0c','simulated',NULL,'EUR',2400,'captured',2400,2400,0,2,0,'system:order',X'01a22095589a77aba25c372fb2df179f','00-01a22095589a77aba25c37300bda4c95-a25c37300bda4c95-00','2026-11-28T05:16:28.189884+00:00','2026-11-28T05:16:28.194899+00:00',3,1,NULL,X'01a22095589d849a8f1a7e1657ffebc3','system:order',X'01a22095589a77aba25c372fb2df179f','00-01a22095589a77aba25c37300bda4c95-a25c37300bda4c95-00','2026-11-28T05:16:28.193416+00:00',0);
INSERT INTO payment VALUES(X'01a220958e6f779fb6e17e74fbcc825b',X'01a220958e6c71fe84b8d4c71c1cda46','simulated',NULL,'EUR',3100,'captured',3100,3100,0,2,0,'system:order',X'01a220958e6b7391bb3ad38d0f059d3a','00-01a220958e6c71fe84b8d4c6b521bbcb-84b8d4c6b521bbcb-00','2026-11-28T05:16:41.967205+00:00','2026-11-28T05:16:41.972302+00:00',3,1,NULL,X'01a220958e6f879fb6e17e74fbcc825b','system:order',X'01a220958e6b7391bb3ad38d0f059d3a','00-01a220958e6c71fe84b8d4c6b521bbcb-84b8d4c6b521bbcb-00','2026-11-28T05:16:41.970698+00:00',0);
INSERT INTO payment VALUES(X'01a220958e7771979bb648e44909190e',X'01a220958e7673aca0bb0da305c9babc','simulated',NULL,'EUR',8200,'captured',8200,8200,0,2,0,'system:order',X'01a220958e7577b29f3fa0e50fdd954c','00-01a220958e7577b29f3fa0e6af8b3ed5-9f3fa0e6af8b3ed5-00','2026-11-28T05:16:41.975786+00:00','2026-11-28T05:16:41.979023+00:00',3,1,NULL,X'01a220958e7781979bb648e44909190e','system:order',X'01a220958e7577b29f3fa0e50fdd954c','00-01a220958e7577b29f3fa0e6af8b3ed5-9f3fa0e6af8b3ed5-00','2026-11-28T05:16:41.978141+00:00',0);
INSERT INTO payment VALUES(X'01a220958e817508a8032dd0ef51ac6b',X'01a220958e7f77c5a313eae71ebd34d7','simulated',NULL,'EUR',1250,'declined',0,0,0,1,0,'system:order',X'01a220958e7f77c5a313eae43345c50d','00-01a220958e7f77c5a313eae5eea1a28c-a313eae5eea1a28c-00','2026-11-28T05:16:41.985301+00:00','2026-11-28T05:16:41.986275+00:00',1,0,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO payment VALUES(X'01a220958e887457a25e8bfa90a51585',X'01a220958e8674ff8fe91ae38b323045','simulated',NULL,'EUR',1250,'captured',1250,1250,0,2,0,'system:order',X'01a220958e8674ff8fe91ae0338e0f81','00-01a220958e8674ff8fe91ae1e287c7b4-8fe91ae1e287c7b4-00','2026-11-28T05:16:41.992437+00:00','2026-11-28T05:16:42.997548+00:00',3,1,NULL,X'01a220958e888457a25e8bfa90a51585','system:order',X'01a220958e8674ff8fe91ae0338e0f81','00-01a220958e8674ff8fe91ae1e287c7b4-8fe91ae1e287c7b4-00','2026-11-28T05:16:42.996381+00:00',0);
INSERT INTO payment VALUES(X'01a22095927975f7920730220dcbe63c',X'01a22095927874f5a893d7c3cc5e4e0d','simulated',NULL,'EUR',1250,'captured',1250,1250,0,2,0,'system:order',X'01a220959277729c84c4f602f5e2cb11','00-01a220959277729c84c4f60373e65525-84c4f60373e65525-00','2026-11-28T05:16:43.001292+00:00','2026-11-28T05:16:44.016539+00:00',3,0,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO payment VALUES(X'01a22095967574db84dee815d7559320',X'01a220959673771abd0666c342aa8f3b','simulated',NULL,'EUR',8200,'refunded',8200,8200,8200,3,0,'system:order',X'01a220959673771abd0666c1bbfaf116','00-01a220959673771abd0666c2f1c2d711-bd0666c2f1c2d711-00','2026-11-28T05:16:44.021059+00:00','2026-11-28T05:16:44.033334+00:00',5,0,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO payment VALUES(X'01a22095967e717e8c0d614b5eebc1f3',X'01a22095967c709aa771316cd7a1e6be','simulated',NULL,'EUR',6350,'captured',6350,6350,2600,3,0,'system:order',X'01a22095967b74a2bed35d300d9a1de0','00-01a22095967b74a2bed35d3397750f9e-bed35d3397750f9e-00','2026-11-28T05:16:44.030405+00:00','2026-11-28T05:16:44.046824+00:00',5,0,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO payment VALUES(X'01a22095968b77e6933f05c2697d6835',X'01a2209596897724b699fd95359734f7','simulated',NULL,'EUR',5600,'captured',5600,5600,0,2,0,'system:order',X'01a2209596897724b699fd920a3d4de9','00-01a2209596897724b699fd938b0cc0ee-b699fd938b0cc0ee-00','2026-11-28T05:16:44.043572+00:00','2026-11-28T05:16:44.048792+00:00',3,1,NULL,X'01a22095968b87e6933f05c2697d6835','system:order',X'01a2209596897724b699fd920a3d4de9','00-01a2209596897724b699fd938b0cc0ee-b699fd938b0cc0ee-00','2026-11-28T05:16:44.047808+00:00',0);
INSERT INTO payment VALUES(X'01a2209596987052af4f2e2ed2aae4fc',X'01a22095969776d9a7b3944ac82510f2','simulated',NULL,'EUR',5600,'captured',5600,5600,1250,3,0,'system:order',X'01a22095969776d9a7b39448f803991f','00-01a22095969776d9a7b39449afdfd40f-a7b39449afdfd40f-00','2026-11-28T05:16:44.056511+00:00','2026-11-28T05:16:44.072600+00:00',5,0,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO payment VALUES(X'01a2209596a5719d9d8ad63db61cba47',X'01a2209596a372fd80f181a09b7ec6d2','simulated',NULL,'EUR',5600,'captured',5600,5600,1250,3,0,'system:order',X'01a2209596a277be88368f8504942b7f','00-01a2209596a277be88368f868dcf72b0-88368f868dcf72b0-00','2026-11-28T05:16:44.069017+00:00','2026-11-28T05:16:44.087583+00:00',5,0,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO payment VALUES(X'01a2209596b471ce9a26d594c9766476',X'01a2209596b377d4a78072fbda6b6b49','simulated',NULL,'EUR',5600,'captured',5600,5600,0,2,0,'system:order',X'01a2209596b270f8bedddf99cb550171','00-01a2209596b270f8bedddf9a16d02414-bedddf9a16d02414-00','2026-11-28T05:16:44.084673+00:00','2026-11-28T05:16:44.089452+00:00',3,1,NULL,X'01a2209596b481ce9a26d594c9766476','system:order',X'01a2209596b270f8bedddf99cb550171','00-01a2209596b270f8bedddf9a16d02414-bedddf9a16d02414-00','2026-11-28T05:16:44.088408+00:00',0);
INSERT INTO payment VALUES(X'01a2209596c27635ad447ba775e28581',X'01a2209596c175088cd6c5f7538151ae','simulated',NULL,'EUR',5600,'captured',5600,5600,1250,3,0,'system:order',X'01a2209596c175088cd6c5f528a9b294','00-01a2209596c175088cd6c5f66aa85c74-8cd6c5f66aa85c74-00','2026-11-28T05:16:44.098532+00:00','2026-11-28T05:16:44.115653+00:00',5,0,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO payment VALUES(X'01a2209596d272e6850ae64318d5287c',X'01a2209596d074198561c635e28185a1','simulated',NULL,'EUR',3100,'refunded',3100,3100,3100,5,0,'system:order',X'01a2209596d074198561c6339f00199b','00-01a2209596d074198561c634a524cbba-8561c634a524cbba-00','2026-11-28T05:16:44.114913+00:00','2026-11-28T05:16:44.137369+00:00',7,0,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO payment VALUES(X'01a22095975675d19fe17a8be5b69c3c',X'01a22095975477ac948c815d4236e20e','simulated',NULL,'EUR',3100,'refunded',3100,3100,3100,5,0,'system:order',X'01a22095975477ac948c815b5bd46039','00-01a22095975477ac948c815c38d4a321-948c815c38d4a321-00','2026-11-28T05:16:44.246384+00:00','2026-11-28T05:16:44.269530+00:00',7,0,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO payment VALUES(X'01a22095986574d28996d9a4b4846661',X'01a22095986173bf8315a3dbc4647b37','simulated','tok_pending_then_approve','EUR',1400,'pending',0,0,0,0,0,'system:order',X'01a22095986173bf8315a3d906b6b2b1','00-01a22095986173bf8315a3da8a4d09fc-8315a3da8a4d09fc-00','2026-11-28T05:16:44.517225+00:00','2026-11-28T05:16:44.518909+00:00',1,0,NULL,NULL,NULL,NULL,NULL,NULL,0);
CREATE TABLE attempt (
    id BLOB NOT NULL PRIMARY KEY,
    payment_id BLOB NOT NULL REFERENCES payment (id),
    operation TEXT NOT NULL CHECK (operation IN ('authorize', 'capture', 'void', 'refund')),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    status TEXT NOT NULL
        CHECK (status IN ('queued', 'started', 'unknown', 'pending', 'succeeded', 'failed', 'dropped')),
    reason TEXT,
    answer TEXT,
    asked_by TEXT NOT NULL,
    correlation_id BLOB,
    traceparent TEXT,
    tries INTEGER NOT NULL,
    -- When somebody may take it up; whoever does moves it on, so it is a lease as well.
    next_try_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
INSERT INTO attempt VALUES(X'01a220958e817508a8032dd0ef51ac6b',X'01a220958e817508a8032dd0ef51ac6b','authorize','EUR',1250,'failed',NULL,'the card was declined','system:order',X'01a220958e7f77c5a313eae43345c50d','00-01a220958e7f77c5a313eae5eea1a28c-a313eae5eea1a28c-00',1,NULL,'2026-11-28T05:16:41.985301+00:00','2026-11-28T05:16:41.986275+00:00');
INSERT INTO attempt VALUES(X'01a22095927975f7920730220dcbe63c',X'01a22095927975f7920730220dcbe63c','authorize','EUR',1250,'succeeded',NULL,NULL,'system:order',X'01a220959277729c84c4f602f5e2cb11','00-01a220959277729c84c4f60373e65525-84c4f60373e65525-00',2,NULL,'2026-11-28T05:16:43.001292+00:00','2026-11-28T05:16:44.010637+00:00');
INSERT INTO attempt VALUES(X'01a22095966f72ceb0de3002e02508c6',X'01a22095927975f7920730220dcbe63c','capture','EUR',1250,'succeeded',NULL,NULL,'system:order',X'01a220959277729c84c4f602f5e2cb11','00-01a220959277729c84c4f60373e65525-84c4f60373e65525-00',1,NULL,'2026-11-28T05:16:44.015548+00:00','2026-11-28T05:16:44.016539+00:00');
INSERT INTO attempt VALUES(X'01a22095967574db84dee815d7559320',X'01a22095967574db84dee815d7559320','authorize','EUR',8200,'succeeded',NULL,NULL,'system:order',X'01a220959673771abd0666c1bbfaf116','00-01a220959673771abd0666c2f1c2d711-bd0666c2f1c2d711-00',1,NULL,'2026-11-28T05:16:44.021059+00:00','2026-11-28T05:16:44.027709+00:00');
INSERT INTO attempt VALUES(X'01a22095967584db84dee815d7559320',X'01a22095967574db84dee815d7559320','capture','EUR',8200,'succeeded',NULL,NULL,'system:order',X'01a220959673771abd0666c1bbfaf116','00-01a220959673771abd0666c2f1c2d711-bd0666c2f1c2d711-00',1,NULL,'2026-11-28T05:16:44.023065+00:00','2026-11-28T05:16:44.027709+00:00');
INSERT INTO attempt VALUES(X'01a22095967971e0883eaa78c3c817a1',X'01a22095967574db84dee815d7559320','refund','EUR',8200,'succeeded','order.cancelled.v1',NULL,'system:order',X'01a22095967971e0883eaa762b3ca0eb','00-01a22095967971e0883eaa77a11ad06f-883eaa77a11ad06f-00',1,NULL,'2026-11-28T05:16:44.027702+00:00','2026-11-28T05:16:44.033334+00:00');
INSERT INTO attempt VALUES(X'01a22095967e717e8c0d614b5eebc1f3',X'01a22095967e717e8c0d614b5eebc1f3','authorize','EUR',6350,'succeeded',NULL,NULL,'system:order',X'01a22095967b74a2bed35d300d9a1de0','00-01a22095967b74a2bed35d3397750f9e-bed35d3397750f9e-00',1,NULL,'2026-11-28T05:16:44.030405+00:00','2026-11-28T05:16:44.041121+00:00');
INSERT INTO attempt VALUES(X'01a22095967e817e8c0d614b5eebc1f3',X'01a22095967e717e8c0d614b5eebc1f3','capture','EUR',6350,'succeeded',NULL,NULL,'system:order',X'01a22095967b74a2bed35d300d9a1de0','00-01a22095967b74a2bed35d3397750f9e-bed35d3397750f9e-00',1,NULL,'2026-11-28T05:16:44.033968+00:00','2026-11-28T05:16:44.041121+00:00');
INSERT INTO attempt VALUES(X'01a22095968672f3b8126f11be62fdc4',X'01a22095967e717e8c0d614b5eebc1f3','refund','EUR',2600,'succeeded','order.returned.v1',NULL,'system:order',X'01a22095968672f3b8126f0e07eb945b','00-01a22095968672f3b8126f0f4baf010d-b8126f0f4baf010d-00',1,NULL,'2026-11-28T05:16:44.041115+00:00','2026-11-28T05:16:44.046824+00:00');
INSERT INTO attempt VALUES(X'01a2209596987052af4f2e2ed2aae4fc',X'01a2209596987052af4f2e2ed2aae4fc','authorize','EUR',5600,'succeeded',NULL,NULL,'system:order',X'01a22095969776d9a7b39448f803991f','00-01a22095969776d9a7b39449afdfd40f-a7b39449afdfd40f-00',1,NULL,'2026-11-28T05:16:44.056511+00:00','2026-11-28T05:16:44.066890+00:00');
INSERT INTO attempt VALUES(X'01a2209596988052af4f2e2ed2aae4fc',X'01a2209596987052af4f2e2ed2aae4fc','capture','EUR',5600,'succeeded',NULL,NULL,'system:order',X'01a22095969776d9a7b39448f803991f','00-01a22095969776d9a7b39449afdfd40f-a7b39449afdfd40f-00',1,NULL,'2026-11-28T05:16:44.058372+00:00','2026-11-28T05:16:44.066890+00:00');
INSERT INTO attempt VALUES(X'01a22095969f719e85ea7c5ca8031584',X'01a2209596987052af4f2e2ed2aae4fc','refund','EUR',1250,'succeeded','order.returned.v1',NULL,'system:order',X'01a2209596a172d6bbeea3a189666f17','00-01a2209596a172d6bbeea3a23da8c484-bbeea3a23da8c484-00',1,NULL,'2026-11-28T05:16:44.066885+00:00','2026-11-28T05:16:44.072600+00:00');
INSERT INTO attempt VALUES(X'01a2209596a5719d9d8ad63db61cba47',X'01a2209596a5719d9d8ad63db61cba47','authorize','EUR',5600,'succeeded',NULL,NULL,'system:order',X'01a2209596a277be88368f8504942b7f','00-01a2209596a277be88368f868dcf72b0-88368f868dcf72b0-00',1,NULL,'2026-11-28T05:16:44.069017+00:00','2026-11-28T05:16:44.082805+00:00');
INSERT INTO attempt VALUES(X'01a2209596a5819d9d8ad63db61cba47',X'01a2209596a5719d9d8ad63db61cba47','capture','EUR',5600,'succeeded',NULL,NULL,'system:order',X'01a2209596a277be88368f8504942b7f','00-01a2209596a277be88368f868dcf72b0-88368f868dcf72b0-00',1,NULL,'2026-11-28T05:16:44.072016+00:00','2026-11-28T05:16:44.082805+00:00');
INSERT INTO attempt VALUES(X'01a2209596ae7100a5bae9cef2c6f143',X'01a2209596a5719d9d8ad63db61cba47','refund','EUR',1250,'succeeded','order.returned.v1',NULL,'system:order',X'01a2209596b07011b9b785d73c469851','00-01a2209596b07011b9b785d89b101d0f-b9b785d89b101d0f-00',1,NULL,'2026-11-28T05:16:44.082792+00:00','2026-11-28T05:16:44.087583+00:00');
INSERT INTO attempt VALUES(X'01a2209596c27635ad447ba775e28581',X'01a2209596c27635ad447ba775e28581','authorize','EUR',5600,'succeeded',NULL,NULL,'system:order',X'01a2209596c175088cd6c5f528a9b294','00-01a2209596c175088cd6c5f66aa85c74-8cd6c5f66aa85c74-00',1,NULL,'2026-11-28T05:16:44.098532+00:00','2026-11-28T05:16:44.109678+00:00');
INSERT INTO attempt VALUES(X'01a2209596c28635ad447ba775e28581',X'01a2209596c27635ad447ba775e28581','capture','EUR',5600,'succeeded',NULL,NULL,'system:order',X'01a2209596c175088cd6c5f528a9b294','00-01a2209596c175088cd6c5f66aa85c74-8cd6c5f66aa85c74-00',1,NULL,'2026-11-28T05:16:44.100541+00:00','2026-11-28T05:16:44.109678+00:00');
INSERT INTO attempt VALUES(X'01a2209596c9722098045fc8f2dfc192',X'01a2209596c27635ad447ba775e28581','refund','EUR',1250,'succeeded','order.returned.v1',NULL,'system:order',X'01a2209596cc73afac84ea59c5cd0fb9','00-01a2209596cc73afac84ea5a733b36f6-ac84ea5a733b36f6-00',1,NULL,'2026-11-28T05:16:44.109671+00:00','2026-11-28T05:16:44.115653+00:00');
INSERT INTO attempt VALUES(X'01a2209596d272e6850ae64318d5287c',X'01a2209596d272e6850ae64318d5287c','authorize','EUR',3100,'succeeded',NULL,NULL,'system:order',X'01a2209596d074198561c6339f00199b','00-01a2209596d074198561c634a524cbba-8561c634a524cbba-00',1,NULL,'2026-11-28T05:16:44.114913+00:00','2026-11-28T05:16:44.128420+00:00');
INSERT INTO attempt VALUES(X'01a2209596d282e6850ae64318d5287c',X'01a2209596d272e6850ae64318d5287c','capture','EUR',3100,'succeeded',NULL,NULL,'system:order',X'01a2209596d074198561c6339f00199b','00-01a2209596d074198561c634a524cbba-8561c634a524cbba-00',1,NULL,'2026-11-28T05:16:44.118199+00:00','2026-11-28T05:16:44.128420+00:00');
INSERT INTO attempt VALUES(X'de083f8e427a4af694edfcf3dcd52666',X'01a2209596d272e6850ae64318d5287c','refund','EUR',1000,'succeeded','dented',NULL,'admin',X'01a2209596df77f3a1a2e611208babb1','00-01a2209596df77f3a1a2e61288c7b1ab-a1a2e61288c7b1ab-00',1,NULL,'2026-11-28T05:16:44.128419+00:00','2026-11-28T05:16:44.133143+00:00');
INSERT INTO attempt VALUES(X'01a2209596dc75979ab753bd2034751f',X'01a2209596d272e6850ae64318d5287c','refund','EUR',2100,'succeeded','order.returned.v1',NULL,'system:order',X'01a2209596df77f3a1a2e613b55b4b5a','00-01a2209596df77f3a1a2e614ffab097f-a1a2e614ffab097f-00',1,NULL,'2026-11-28T05:16:44.131159+00:00','2026-11-28T05:16:44.137369+00:00');
INSERT INTO attempt VALUES(X'01a22095975675d19fe17a8be5b69c3c',X'01a22095975675d19fe17a8be5b69c3c','authorize','EUR',3100,'succeeded',NULL,NULL,'system:order',X'01a22095975477ac948c815b5bd46039','00-01a22095975477ac948c815c38d4a321-948c815c38d4a321-00',1,NULL,'2026-11-28T05:16:44.246384+00:00','2026-11-28T05:16:44.262147+00:00');
INSERT INTO attempt VALUES(X'01a22095975685d19fe17a8be5b69c3c',X'01a22095975675d19fe17a8be5b69c3c','capture','EUR',3100,'succeeded',NULL,NULL,'system:order',X'01a22095975477ac948c815b5bd46039','00-01a22095975477ac948c815c38d4a321-948c815c38d4a321-00',1,NULL,'2026-11-28T05:16:44.248591+00:00','2026-11-28T05:16:44.262147+00:00');
INSERT INTO attempt VALUES(X'ed51e58a123e476e9de9ffc016793d6e',X'01a22095975675d19fe17a8be5b69c3c','refund','EUR',1000,'succeeded','dented',NULL,'admin',X'01a2209597657081b22d45ad4d1514c0','00-01a2209597657081b22d45ae0e6a9477-b22d45ae0e6a9477-00',1,NULL,'2026-11-28T05:16:44.262146+00:00','2026-11-28T05:16:44.266445+00:00');
INSERT INTO attempt VALUES(X'01a2209597627619ad313af0246409ee',X'01a22095975675d19fe17a8be5b69c3c','refund','EUR',2100,'succeeded','order.returned.v1',NULL,'system:order',X'01a2209597657081b22d45abf46653fc','00-01a2209597657081b22d45ac1bbd8195-b22d45ac1bbd8195-00',1,NULL,'2026-11-28T05:16:44.264882+00:00','2026-11-28T05:16:44.269530+00:00');
INSERT INTO attempt VALUES(X'01a22095986574d28996d9a4b4846661',X'01a22095986574d28996d9a4b4846661','authorize','EUR',1400,'pending',NULL,NULL,'system:order',X'01a22095986173bf8315a3d906b6b2b1','00-01a22095986173bf8315a3da8a4d09fc-8315a3da8a4d09fc-00',3,'2026-11-28T05:16:48.026599+00:00','2026-11-28T05:16:44.517225+00:00','2026-11-28T05:16:46.026887+00:00');
CREATE TABLE ledger (
    attempt_id BLOB NOT NULL PRIMARY KEY,
    payment_id BLOB NOT NULL,
    operation TEXT NOT NULL CHECK (operation IN ('authorize', 'capture', 'void', 'refund')),
    debit TEXT NOT NULL CHECK (debit IN ('buyer', 'set_aside', 'taken')),
    credit TEXT NOT NULL CHECK (credit IN ('buyer', 'set_aside', 'taken')),
    currency TEXT NOT NULL,
    debited INTEGER NOT NULL CHECK (debited >= 0),
    credited INTEGER NOT NULL CHECK (credited >= 0),
    posted_at TEXT NOT NULL,
    CHECK (debit <> credit)
) STRICT, WITHOUT ROWID;
INSERT INTO ledger VALUES(X'01a22095589d749a8f1a7e1657ffebc3',X'01a22095589d749a8f1a7e1657ffebc3','authorize','set_aside','buyer','EUR',2400,2400,'2026-11-28T05:16:28.191450+00:00');
INSERT INTO ledger VALUES(X'01a22095589d849a8f1a7e1657ffebc3',X'01a22095589d749a8f1a7e1657ffebc3','capture','taken','set_aside','EUR',2400,2400,'2026-11-28T05:16:28.194899+00:00');
INSERT INTO ledger VALUES(X'01a220958e6f779fb6e17e74fbcc825b',X'01a220958e6f779fb6e17e74fbcc825b','authorize','set_aside','buyer','EUR',3100,3100,'2026-11-28T05:16:41.968956+00:00');
INSERT INTO ledger VALUES(X'01a220958e6f879fb6e17e74fbcc825b',X'01a220958e6f779fb6e17e74fbcc825b','capture','taken','set_aside','EUR',3100,3100,'2026-11-28T05:16:41.972302+00:00');
INSERT INTO ledger VALUES(X'01a220958e7771979bb648e44909190e',X'01a220958e7771979bb648e44909190e','authorize','set_aside','buyer','EUR',8200,8200,'2026-11-28T05:16:41.976694+00:00');
INSERT INTO ledger VALUES(X'01a220958e7781979bb648e44909190e',X'01a220958e7771979bb648e44909190e','capture','taken','set_aside','EUR',8200,8200,'2026-11-28T05:16:41.979023+00:00');
INSERT INTO ledger VALUES(X'01a220958e887457a25e8bfa90a51585',X'01a220958e887457a25e8bfa90a51585','authorize','set_aside','buyer','EUR',1250,1250,'2026-11-28T05:16:42.994496+00:00');
INSERT INTO ledger VALUES(X'01a220958e888457a25e8bfa90a51585',X'01a220958e887457a25e8bfa90a51585','capture','taken','set_aside','EUR',1250,1250,'2026-11-28T05:16:42.997548+00:00');
INSERT INTO ledger VALUES(X'01a22095927975f7920730220dcbe63c',X'01a22095927975f7920730220dcbe63c','authorize','set_aside','buyer','EUR',1250,1250,'2026-11-28T05:16:44.010637+00:00');
INSERT INTO ledger VALUES(X'01a22095966f72ceb0de3002e02508c6',X'01a22095927975f7920730220dcbe63c','capture','taken','set_aside','EUR',1250,1250,'2026-11-28T05:16:44.016539+00:00');
INSERT INTO ledger VALUES(X'01a22095967574db84dee815d7559320',X'01a22095967574db84dee815d7559320','authorize','set_aside','buyer','EUR',8200,8200,'2026-11-28T05:16:44.021887+00:00');
INSERT INTO ledger VALUES(X'01a22095967584db84dee815d7559320',X'01a22095967574db84dee815d7559320','capture','taken','set_aside','EUR',8200,8200,'2026-11-28T05:16:44.023956+00:00');
INSERT INTO ledger VALUES(X'01a22095967971e0883eaa78c3c817a1',X'01a22095967574db84dee815d7559320','refund','buyer','taken','EUR',8200,8200,'2026-11-28T05:16:44.033334+00:00');
INSERT INTO ledger VALUES(X'01a22095967e717e8c0d614b5eebc1f3',X'01a22095967e717e8c0d614b5eebc1f3','authorize','set_aside','buyer','EUR',6350,6350,'2026-11-28T05:16:44.032557+00:00');
INSERT INTO ledger VALUES(X'01a22095967e817e8c0d614b5eebc1f3',X'01a22095967e717e8c0d614b5eebc1f3','capture','taken','set_aside','EUR',6350,6350,'2026-11-28T05:16:44.035049+00:00');
INSERT INTO ledger VALUES(X'01a22095968672f3b8126f11be62fdc4',X'01a22095967e717e8c0d614b5eebc1f3','refund','buyer','taken','EUR',2600,2600,'2026-11-28T05:16:44.046824+00:00');
INSERT INTO ledger VALUES(X'01a22095968b77e6933f05c2697d6835',X'01a22095968b77e6933f05c2697d6835','authorize','set_aside','buyer','EUR',5600,5600,'2026-11-28T05:16:44.045424+00:00');
INSERT INTO ledger VALUES(X'01a22095968b87e6933f05c2697d6835',X'01a22095968b77e6933f05c2697d6835','capture','taken','set_aside','EUR',5600,5600,'2026-11-28T05:16:44.048792+00:00');
INSERT INTO ledger VALUES(X'01a2209596987052af4f2e2ed2aae4fc',X'01a2209596987052af4f2e2ed2aae4fc','authorize','set_aside','buyer','EUR',5600,5600,'2026-11-28T05:16:44.057408+00:00');
INSERT INTO ledger VALUES(X'01a2209596988052af4f2e2ed2aae4fc',X'01a2209596987052af4f2e2ed2aae4fc','capture','taken','set_aside','EUR',5600,5600,'2026-11-28T05:16:44.059266+00:00');
INSERT INTO ledger VALUES(X'01a22095969f719e85ea7c5ca8031584',X'01a2209596987052af4f2e2ed2aae4fc','refund','buyer','taken','EUR',1250,1250,'2026-11-28T05:16:44.072600+00:00');
INSERT INTO ledger VALUES(X'01a2209596a5719d9d8ad63db61cba47',X'01a2209596a5719d9d8ad63db61cba47','authorize','set_aside','buyer','EUR',5600,5600,'2026-11-28T05:16:44.070692+00:00');
INSERT INTO ledger VALUES(X'01a2209596a5819d9d8ad63db61cba47',X'01a2209596a5719d9d8ad63db61cba47','capture','taken','set_aside','EUR',5600,5600,'2026-11-28T05:16:44.073685+00:00');
INSERT INTO ledger VALUES(X'01a2209596ae7100a5bae9cef2c6f143',X'01a2209596a5719d9d8ad63db61cba47','refund','buyer','taken','EUR',1250,1250,'2026-11-28T05:16:44.087583+00:00');
INSERT INTO ledger VALUES(X'01a2209596b471ce9a26d594c9766476',X'01a2209596b471ce9a26d594c9766476','authorize','set_aside','buyer','EUR',5600,5600,'2026-11-28T05:16:44.086275+00:00');
INSERT INTO ledger VALUES(X'01a2209596b481ce9a26d594c9766476',X'01a2209596b471ce9a26d594c9766476','capture','taken','set_aside','EUR',5600,5600,'2026-11-28T05:16:44.089452+00:00');
INSERT INTO ledger VALUES(X'01a2209596c27635ad447ba775e28581',X'01a2209596c27635ad447ba775e28581','authorize','set_aside','buyer','EUR',5600,5600,'2026-11-28T05:16:44.099390+00:00');
INSERT INTO ledger VALUES(X'01a2209596c28635ad447ba775e28581',X'01a2209596c27635ad447ba775e28581','capture','taken','set_aside','EUR',5600,5600,'2026-11-28T05:16:44.101517+00:00');
INSERT INTO ledger VALUES(X'01a2209596c9722098045fc8f2dfc192',X'01a2209596c27635ad447ba775e28581','refund','buyer','taken','EUR',1250,1250,'2026-11-28T05:16:44.115653+00:00');
INSERT INTO ledger VALUES(X'01a2209596d272e6850ae64318d5287c',X'01a2209596d272e6850ae64318d5287c','authorize','set_aside','buyer','EUR',3100,3100,'2026-11-28T05:16:44.116781+00:00');
INSERT INTO ledger VALUES(X'01a2209596d282e6850ae64318d5287c',X'01a2209596d272e6850ae64318d5287c','capture','taken','set_aside','EUR',3100,3100,'2026-11-28T05:16:44.119212+00:00');
INSERT INTO ledger VALUES(X'01a2209596dc75979ab753bd2034751f',X'01a2209596d272e6850ae64318d5287c','refund','buyer','taken','EUR',2100,2100,'2026-11-28T05:16:44.137369+00:00');
INSERT INTO ledger VALUES(X'01a22095975675d19fe17a8be5b69c3c',X'01a22095975675d19fe17a8be5b69c3c','authorize','set_aside','buyer','EUR',3100,3100,'2026-11-28T05:16:44.247385+00:00');
INSERT INTO ledger VALUES(X'01a22095975685d19fe17a8be5b69c3c',X'01a22095975675d19fe17a8be5b69c3c','capture','taken','set_aside','EUR',3100,3100,'2026-11-28T05:16:44.249741+00:00');
INSERT INTO ledger VALUES(X'01a2209597627619ad313af0246409ee',X'01a22095975675d19fe17a8be5b69c3c','refund','buyer','taken','EUR',2100,2100,'2026-11-28T05:16:44.269530+00:00');
INSERT INTO ledger VALUES(X'de083f8e427a4af694edfcf3dcd52666',X'01a2209596d272e6850ae64318d5287c','refund','buyer','taken','EUR',1000,1000,'2026-11-28T05:16:44.133143+00:00');
INSERT INTO ledger VALUES(X'ed51e58a123e476e9de9ffc016793d6e',X'01a22095975675d19fe17a8be5b69c3c','refund','buyer','taken','EUR',1000,1000,'2026-11-28T05:16:44.266445+00:00');
CREATE TABLE webhook_inbox (
    provider TEXT NOT NULL,
    event_id TEXT NOT NULL,
    body TEXT NOT NULL,
    -- 'settled', 'known already', 'unknown reference' …
    processed TEXT,
    received_at TEXT NOT NULL,
    PRIMARY KEY (provider, event_id)
) STRICT;
INSERT INTO webhook_inbox VALUES('simulated','msg_01a22095966375bd9439f95695fb2b9b','{"type":"payment.approved","timestamp":"2026-11-28T05:16:44.003807+00:00","data":{"reference":"01a22095-9279-75f7-9207-30220dcbe63c"}}','settled','2026-11-28T05:16:44.010204+00:00');
CREATE TABLE refund_refusal (
    refund_id BLOB NOT NULL PRIMARY KEY,
    payment_id BLOB NOT NULL REFERENCES payment (id),
    currency TEXT NOT NULL,
    asked INTEGER NOT NULL CHECK (asked > 0),
    -- What of it is given back, or about to be.
    refunded INTEGER NOT NULL CHECK (refunded >= 0),
    -- What could be given back when the promise came.
    left_over INTEGER NOT NULL CHECK (left_over >= 0),
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    resolved_at TEXT,
    resolved_by TEXT,
    resolution TEXT,
    CHECK (refunded < asked)
) STRICT;
INSERT INTO refund_refusal VALUES(X'01a2209596dc75979ab753bd2034751f',X'01a2209596d272e6850ae64318d5287c','EUR',3100,2100,2100,'less is left than was promised','system:order','2026-11-28T05:16:44.131159+00:00','2026-11-28T05:16:44.242215+00:00','admin','paid in cash');
INSERT INTO refund_refusal VALUES(X'01a2209597627619ad313af0246409ee',X'01a22095975675d19fe17a8be5b69c3c','EUR',3100,2100,2100,'less is left than was promised','system:order','2026-11-28T05:16:44.264882+00:00',NULL,NULL,NULL);
CREATE TABLE simulated_ledger (
    reference BLOB NOT NULL PRIMARY KEY,
    authorization_reference BLOB NOT NULL,
    order_id BLOB NOT NULL,
    operation TEXT NOT NULL CHECK (operation IN ('authorize', 'capture', 'void', 'refund')),
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('approved', 'declined', 'approving', 'declining')),
    reason TEXT,
    settles_at TEXT,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO simulated_ledger VALUES(X'01a22095589d749a8f1a7e1657ffebc3',X'01a22095589d749a8f1a7e1657ffebc3',X'01a22095589a77aba25c373165538b0c','authorize','EUR',2400,'approved',NULL,NULL,'2026-11-28T05:16:28.190838+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095589d849a8f1a7e1657ffebc3',X'01a22095589d749a8f1a7e1657ffebc3',X'01a22095589a77aba25c373165538b0c','capture','EUR',2400,'approved',NULL,NULL,'2026-11-28T05:16:28.194418+00:00');
INSERT INTO simulated_ledger VALUES(X'01a220958e6f779fb6e17e74fbcc825b',X'01a220958e6f779fb6e17e74fbcc825b',X'01a220958e6c71fe84b8d4c71c1cda46','authorize','EUR',3100,'approved',NULL,NULL,'2026-11-28T05:16:41.968294+00:00');
INSERT INTO simulated_ledger VALUES(X'01a220958e6f879fb6e17e74fbcc825b',X'01a220958e6f779fb6e17e74fbcc825b',X'01a220958e6c71fe84b8d4c71c1cda46','capture','EUR',3100,'approved',NULL,NULL,'2026-11-28T05:16:41.971880+00:00');
INSERT INTO simulated_ledger VALUES(X'01a220958e7771979bb648e44909190e',X'01a220958e7771979bb648e44909190e',X'01a220958e7673aca0bb0da305c9babc','authorize','EUR',8200,'approved',NULL,NULL,'2026-11-28T05:16:41.976272+00:00');
INSERT INTO simulated_ledger VALUES(X'01a220958e7781979bb648e44909190e',X'01a220958e7771979bb648e44909190e',X'01a220958e7673aca0bb0da305c9babc','capture','EUR',8200,'approved',NULL,NULL,'2026-11-28T05:16:41.978530+00:00');
INSERT INTO simulated_ledger VALUES(X'01a220958e817508a8032dd0ef51ac6b',X'01a220958e817508a8032dd0ef51ac6b',X'01a220958e7f77c5a313eae71ebd34d7','authorize','EUR',1250,'declined','the card was declined',NULL,'2026-11-28T05:16:41.985780+00:00');
INSERT INTO simulated_ledger VALUES(X'01a220958e887457a25e8bfa90a51585',X'01a220958e887457a25e8bfa90a51585',X'01a220958e8674ff8fe91ae38b323045','authorize','EUR',1250,'approved',NULL,NULL,'2026-11-28T05:16:41.992938+00:00');
INSERT INTO simulated_ledger VALUES(X'01a220958e888457a25e8bfa90a51585',X'01a220958e887457a25e8bfa90a51585',X'01a220958e8674ff8fe91ae38b323045','capture','EUR',1250,'approved',NULL,NULL,'2026-11-28T05:16:42.997030+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095927975f7920730220dcbe63c',X'01a22095927975f7920730220dcbe63c',X'01a22095927874f5a893d7c3cc5e4e0d','authorize','EUR',1250,'approved',NULL,NULL,'2026-11-28T05:16:43.001774+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095966f72ceb0de3002e02508c6',X'01a22095927975f7920730220dcbe63c',X'01a22095927874f5a893d7c3cc5e4e0d','capture','EUR',1250,'approved',NULL,NULL,'2026-11-28T05:16:44.016111+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095967574db84dee815d7559320',X'01a22095967574db84dee815d7559320',X'01a220959673771abd0666c342aa8f3b','authorize','EUR',8200,'approved',NULL,NULL,'2026-11-28T05:16:44.021528+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095967584db84dee815d7559320',X'01a22095967574db84dee815d7559320',X'01a220959673771abd0666c342aa8f3b','capture','EUR',8200,'approved',NULL,NULL,'2026-11-28T05:16:44.023543+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095967971e0883eaa78c3c817a1',X'01a22095967574db84dee815d7559320',X'01a220959673771abd0666c342aa8f3b','refund','EUR',8200,'approved',NULL,NULL,'2026-11-28T05:16:44.032161+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095967e717e8c0d614b5eebc1f3',X'01a22095967e717e8c0d614b5eebc1f3',X'01a22095967c709aa771316cd7a1e6be','authorize','EUR',6350,'approved',NULL,NULL,'2026-11-28T05:16:44.030922+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095967e817e8c0d614b5eebc1f3',X'01a22095967e717e8c0d614b5eebc1f3',X'01a22095967c709aa771316cd7a1e6be','capture','EUR',6350,'approved',NULL,NULL,'2026-11-28T05:16:44.034397+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095968672f3b8126f11be62fdc4',X'01a22095967e717e8c0d614b5eebc1f3',X'01a22095967c709aa771316cd7a1e6be','refund','EUR',2600,'approved',NULL,NULL,'2026-11-28T05:16:44.045304+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095968b77e6933f05c2697d6835',X'01a22095968b77e6933f05c2697d6835',X'01a2209596897724b699fd95359734f7','authorize','EUR',5600,'approved',NULL,NULL,'2026-11-28T05:16:44.044054+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095968b87e6933f05c2697d6835',X'01a22095968b77e6933f05c2697d6835',X'01a2209596897724b699fd95359734f7','capture','EUR',5600,'approved',NULL,NULL,'2026-11-28T05:16:44.048398+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596987052af4f2e2ed2aae4fc',X'01a2209596987052af4f2e2ed2aae4fc',X'01a22095969776d9a7b3944ac82510f2','authorize','EUR',5600,'approved',NULL,NULL,'2026-11-28T05:16:44.057010+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596988052af4f2e2ed2aae4fc',X'01a2209596987052af4f2e2ed2aae4fc',X'01a22095969776d9a7b3944ac82510f2','capture','EUR',5600,'approved',NULL,NULL,'2026-11-28T05:16:44.058886+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095969f719e85ea7c5ca8031584',X'01a2209596987052af4f2e2ed2aae4fc',X'01a22095969776d9a7b3944ac82510f2','refund','EUR',1250,'approved',NULL,NULL,'2026-11-28T05:16:44.070566+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596a5719d9d8ad63db61cba47',X'01a2209596a5719d9d8ad63db61cba47',X'01a2209596a372fd80f181a09b7ec6d2','authorize','EUR',5600,'approved',NULL,NULL,'2026-11-28T05:16:44.069501+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596a5819d9d8ad63db61cba47',X'01a2209596a5719d9d8ad63db61cba47',X'01a2209596a372fd80f181a09b7ec6d2','capture','EUR',5600,'approved',NULL,NULL,'2026-11-28T05:16:44.072489+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596ae7100a5bae9cef2c6f143',X'01a2209596a5719d9d8ad63db61cba47',X'01a2209596a372fd80f181a09b7ec6d2','refund','EUR',1250,'approved',NULL,NULL,'2026-11-28T05:16:44.086235+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596b471ce9a26d594c9766476',X'01a2209596b471ce9a26d594c9766476',X'01a2209596b377d4a78072fbda6b6b49','authorize','EUR',5600,'approved',NULL,NULL,'2026-11-28T05:16:44.085147+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596b481ce9a26d594c9766476',X'01a2209596b471ce9a26d594c9766476',X'01a2209596b377d4a78072fbda6b6b49','capture','EUR',5600,'approved',NULL,NULL,'2026-11-28T05:16:44.089018+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596c27635ad447ba775e28581',X'01a2209596c27635ad447ba775e28581',X'01a2209596c175088cd6c5f7538151ae','authorize','EUR',5600,'approved',NULL,NULL,'2026-11-28T05:16:44.099044+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596c28635ad447ba775e28581',X'01a2209596c27635ad447ba775e28581',X'01a2209596c175088cd6c5f7538151ae','capture','EUR',5600,'approved',NULL,NULL,'2026-11-28T05:16:44.101102+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596c9722098045fc8f2dfc192',X'01a2209596c27635ad447ba775e28581',X'01a2209596c175088cd6c5f7538151ae','refund','EUR',1250,'approved',NULL,NULL,'2026-11-28T05:16:44.114641+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596d272e6850ae64318d5287c',X'01a2209596d272e6850ae64318d5287c',X'01a2209596d074198561c635e28185a1','authorize','EUR',3100,'approved',NULL,NULL,'2026-11-28T05:16:44.115529+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596d282e6850ae64318d5287c',X'01a2209596d272e6850ae64318d5287c',X'01a2209596d074198561c635e28185a1','capture','EUR',3100,'approved',NULL,NULL,'2026-11-28T05:16:44.118695+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209596dc75979ab753bd2034751f',X'01a2209596d272e6850ae64318d5287c',X'01a2209596d074198561c635e28185a1','refund','EUR',2100,'approved',NULL,NULL,'2026-11-28T05:16:44.135533+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095975675d19fe17a8be5b69c3c',X'01a22095975675d19fe17a8be5b69c3c',X'01a22095975477ac948c815d4236e20e','authorize','EUR',3100,'approved',NULL,NULL,'2026-11-28T05:16:44.246877+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095975685d19fe17a8be5b69c3c',X'01a22095975675d19fe17a8be5b69c3c',X'01a22095975477ac948c815d4236e20e','capture','EUR',3100,'approved',NULL,NULL,'2026-11-28T05:16:44.249214+00:00');
INSERT INTO simulated_ledger VALUES(X'01a2209597627619ad313af0246409ee',X'01a22095975675d19fe17a8be5b69c3c',X'01a22095975477ac948c815d4236e20e','refund','EUR',2100,'approved',NULL,NULL,'2026-11-28T05:16:44.268583+00:00');
INSERT INTO simulated_ledger VALUES(X'01a22095986574d28996d9a4b4846661',X'01a22095986574d28996d9a4b4846661',X'01a22095986173bf8315a3dbc4647b37','authorize','EUR',1400,'approving',NULL,'2026-11-28T06:16:44.518239+00:00','2026-11-28T05:16:44.518247+00:00');
INSERT INTO simulated_ledger VALUES(X'de083f8e427a4af694edfcf3dcd52666',X'01a2209596d272e6850ae64318d5287c',X'01a2209596d074198561c635e28185a1','refund','EUR',1000,'approved',NULL,NULL,'2026-11-28T05:16:44.130935+00:00');
INSERT INTO simulated_ledger VALUES(X'ed51e58a123e476e9de9ffc016793d6e',X'01a22095975675d19fe17a8be5b69c3c',X'01a22095975477ac948c815d4236e20e','refund','EUR',1000,'approved',NULL,NULL,'2026-11-28T05:16:44.264710+00:00');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('outbox',40);
CREATE INDEX parked_event_stream ON parked_event (consumer, source, stream, position);
CREATE INDEX idempotency_created ON idempotency (created_at);
CREATE INDEX payment_watched ON payment (plain, created_at) WHERE watched = 1;
CREATE INDEX attempt_payment ON attempt (payment_id);
CREATE UNIQUE INDEX attempt_open ON attempt (payment_id) WHERE status IN ('started', 'unknown', 'pending');
CREATE UNIQUE INDEX attempt_once ON attempt (payment_id, operation)
    WHERE operation <> 'refund' AND status NOT IN ('failed', 'dropped');
CREATE INDEX attempt_due ON attempt (next_try_at) WHERE status IN ('queued', 'started', 'unknown', 'pending');
CREATE INDEX webhook_processed ON webhook_inbox (received_at) WHERE processed IS NOT NULL;
CREATE INDEX refund_refusal_payment ON refund_refusal (payment_id);
CREATE INDEX refund_refusal_open ON refund_refusal (created_at) WHERE resolved_at IS NULL;
CREATE INDEX simulated_ledger_moved ON simulated_ledger (authorization_reference) WHERE operation <> 'authorize';
COMMIT;
