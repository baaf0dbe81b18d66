//! Every command line that the image, the compose files and the manifests start does what it should.

use std::path::Path;

use crate::harness::{Cluster, Kind, MODULES, Process, STORE, eventually, run, together};

const FILE: &str = "../../deploy/commands.txt";

#[test]
fn every_command_of_a_deployment_runs() {
    let _turn = together();
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().filter(|line| !line.starts_with('#')).map(words).collect();
    assert!(lines.len() > 2, "{text}");
    // As in a deployment, where there is a Postgres.
    let kind = Kind::available().pop().unwrap();
    run(async {
        let cluster = Cluster::patient(kind, &MODULES);
        for line in &lines {
            match line.as_slice() {
                ["serve", rest @ ..] => {
                    let served = starts(&cluster, line).await;
                    is_what_was_asked_for(&served, rest).await;
                    served.stops().await;
                }
                other => {
                    let store = starts(&cluster, &["serve", "--no-demo"]).await;
                    let said = cluster.store().says(other).await;
                    assert_eq!(said.code, Some(0), "banyan {}: {said:?}", other.join(" "));
                    store.stops().await;
                }
            }
        }
        cluster.place.clear().await;
    });
}

/// What comes after the binary's name.
fn words(line: &str) -> Vec<&str> {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("banyan"), "{line}");
    words.collect()
}

async fn starts(cluster: &Cluster, arguments: &[&str]) -> Process {
    let only = arguments.iter().position(|word| *word == "--only").and_then(|at| arguments.get(at + 1));
    let name = only.copied().unwrap_or(STORE);
    cluster.program(name).serves_with(&[], arguments).await
}

/// A process of some modules has these; a store that may show something shows a demonstration.
async fn is_what_was_asked_for(served: &Process, arguments: &[&str]) {
    let ready = served.shows("/health/ready").await.expect_status(200);
    let modules = ready.at("/modules").as_array().unwrap().len();
    assert_eq!(modules, if arguments.contains(&"--only") { 1 } else { 4 }, "{ready}");
    if arguments.is_empty() {
        eventually("there is something to see", async || {
            let products = served.get("/api/v1/products").await.expect_status(200).items();
            (!products.is_empty()).then_some(())
        })
        .await;
    }
}
