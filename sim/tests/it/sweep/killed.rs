//! Killed at any moment, done again: the same bytes as if nothing had happened.

use std::fs;

use super::{BLOCKS, Folder, assert_same, finished, n_results, said, started, sweep};

/// How often a sweep is killed; LINEFINDER_KILLS for more.
fn n_kills() -> u64 {
    std::env::var("LINEFINDER_KILLS").map_or(12, |n| n.parse().expect("a number"))
}

/// The next of a sequence of numbers without a pattern (splitmix64).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[test]
fn killed_at_random_moments_it_ends_with_the_bytes_of_an_undisturbed_run() {
    let folder = Folder::new();
    let (whole, often) = (folder.at("whole"), folder.at("often"));
    finished(&mut sweep(&whole, &[]));
    let mut state = 7;
    let mut killed_at = vec![0; BLOCKS + 1];
    let n_moments = |killed_at: &[u32]| killed_at[..BLOCKS].iter().filter(|n| **n > 0).count();
    let mut kills = 0;
    // On a busy machine one sweep after another may come to its end before it is killed: until it was
    // struck at two moments at least.
    while kills < n_kills() || n_moments(&killed_at) < 2 {
        kills += 1;
        assert!(kills < 50 * n_kills(), "always too late: {killed_at:?}");
        let mut running = started(&mut sweep(&often, &["--threads", "1"]));
        // After some more results, and a while: in reading, working, writing or renaming.
        let wanted = n_results(&often) + (next(&mut state) % 2) as usize;
        while n_results(&often) < wanted && !running.has_ended() {
            std::thread::yield_now();
        }
        for _ in 0..next(&mut state) % 4_000 {
            std::thread::yield_now();
        }
        running.kill();
        killed_at[n_results(&often)] += 1;
        if n_results(&often) == BLOCKS {
            // It came to its end: from the beginning again.
            let results = fs::read_dir(often.join("results")).unwrap();
            for entry in results.step_by(2) {
                fs::remove_file(entry.unwrap().path()).unwrap();
            }
        }
    }
    eprintln!("killed with 0, 1, ... results: {killed_at:?}");
    finished(&mut sweep(&often, &[]));
    assert_same(&whole, &often);
}

#[test]
fn half_a_file_a_flipped_bit_and_anothers_result_are_made_again() {
    let folder = Folder::new();
    let (whole, hurt) = (folder.at("whole"), folder.at("hurt"));
    finished(&mut sweep(&whole, &[]));
    finished(&mut sweep(&hurt, &[]));
    let mut paths: Vec<_> = fs::read_dir(hurt.join("results"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut bytes = fs::read(&paths[0]).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::write(&paths[0], &bytes).unwrap();
    let mut bytes = fs::read(&paths[1]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(&paths[1], &bytes).unwrap();
    fs::copy(&paths[3], &paths[2]).unwrap();
    fs::write(&paths[4], "").unwrap();
    fs::write(hurt.join("results/left-over.json.host-1.part"), "half").unwrap();
    let output = finished(&mut sweep(&hurt, &[]));
    let said = said(&output);
    assert_eq!(said.matches("it is made again").count(), 4, "{said}");
    assert!(said.contains("5 of 9 blocks are there already"), "{said}");
    assert_same(&whole, &hurt);
}

#[test]
fn what_is_there_is_not_made_again() {
    use std::os::unix::fs::MetadataExt;

    let folder = Folder::new();
    let out = folder.at("out");
    let inodes = || -> Vec<(String, u64)> {
        let entries = fs::read_dir(out.join("results")).unwrap();
        let mut inodes: Vec<(String, u64)> = entries
            .map(|entry| {
                let entry = entry.unwrap();
                let name = entry.file_name().to_string_lossy().into_owned();
                (name, entry.metadata().unwrap().ino())
            })
            .collect();
        inodes.sort();
        inodes
    };
    finished(&mut sweep(&out, &[]));
    let before = inodes();
    let output = finished(&mut sweep(&out, &[]));
    assert!(said(&output).contains("9 of 9 blocks are there already"));
    assert_eq!(inodes(), before);
}

#[test]
fn interrupted_it_keeps_what_is_finished_and_says_how_to_go_on() {
    let folder = Folder::new();
    let (whole, out) = (folder.at("whole"), folder.at("out"));
    finished(&mut sweep(&whole, &[]));
    let mut running = started(&mut sweep(&out, &["--threads", "1"]));
    while n_results(&out) == 0 {
        assert!(!running.has_ended());
        std::thread::yield_now();
    }
    running.signal("-INT");
    let output = running.wait();
    let kept = n_results(&out);
    // It may have been about to end.
    if kept < BLOCKS {
        assert_eq!(output.status.code(), Some(130), "{}", said(&output));
        assert!(said(&output).contains("the same command goes on from there"));
    }
    finished(&mut sweep(&out, &[]));
    assert_same(&whole, &out);
}
