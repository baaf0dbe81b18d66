//! What the store keeps is for its owner alone.

use std::{
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use crate::harness::{Kind, Place, Placement, Program, Sabotage, Shop, Site, alone, run, together};

/// The files in `folder` that others may do something with.
fn open_to_others(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let told = |entry: std::fs::DirEntry| {
        let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
        (mode & 0o077 != 0).then(|| format!("{} {mode:o}", entry.file_name().display()))
    };
    entries.filter_map(told).collect()
}

/// A folder that was there before, with a database in it that an older version made: all as an umask of 0 makes them.
#[test]
fn files_are_their_owners_alone_whatever_the_umask() {
    let _turn = together();
    run(async {
        let place = Place::new(Kind::Sqlite);
        let mut program = Program::at(&place);
        program.unset("BANYAN__ADMIN__KEY");
        let data = program.folder().join("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o777)).unwrap();
        for old in ["order.db", "lock"] {
            std::fs::OpenOptions::new()
                .create(true)
                .write(true)
                .truncate(true)
                .mode(0o666)
                .open(data.join(old))
                .unwrap();
            std::fs::set_permissions(data.join(old), std::fs::Permissions::from_mode(0o666)).unwrap();
        }
        let store = program.serves_with(&["sh", "-c", "umask 0; exec \"$0\" \"$@\""], &["serve"]).await;
        assert_eq!(data.metadata().unwrap().permissions().mode() & 0o7777, 0o700);
        let names: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        for name in ["order.db", "order.db-wal", "order.db-shm", "catalog.db", "lock", "admin.key"] {
            assert!(names.iter().any(|known| known == name), "no {name} in {names:?}");
        }
        assert_eq!(open_to_others(&data), Vec::<String>::new());
        store.stops().await;
        assert_eq!(open_to_others(&data), Vec::<String>::new());
    });
}

#[test]
fn control_without_the_guard_others_can_read() {
    let _turn = alone();
    run(async {
        let missing = Sabotage::of("private.files");
        let shop = Shop::open_as(Site { kind: Kind::Sqlite, placement: Placement::Local }, &Vec::new()).await;
        let data = shop.place().folder.path().join("data");
        assert!(open_to_others(&data).iter().any(|file| file.starts_with("order.db ")), "the test would notice");
        drop(missing);
        shop.close().await;
    });
}
