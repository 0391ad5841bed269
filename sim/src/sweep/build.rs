//! Which build of linefinder this is: results of two builds are never taken for each other's.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::OnceLock;

use policy_file::policy::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A build, by its version and the bytes of its executable.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// The version that it calls itself.
    pub version: String,
    /// Hex SHA-256 of the executable.
    pub executable: String,
}

impl Build {
    /// This one.
    ///
    /// # Errors
    /// When the executable cannot be read.
    pub fn this() -> Result<Build, String> {
        static DIGEST: OnceLock<Result<String, String>> = OnceLock::new();
        let digest = DIGEST.get_or_init(|| {
            digest().map_err(|error| format!("the executable cannot be read: {error}"))
        });
        Ok(Build {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            executable: digest.clone()?,
        })
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = self.executable.get(..12).unwrap_or(&self.executable);
        write!(f, "linefinder {} ({short})", self.version)
    }
}

fn digest() -> io::Result<String> {
    // This process's own file, also when another has been put in its place since.
    let own = Path::new("/proc/self/exe");
    let mut file = match own.exists() {
        true => File::open(own)?,
        false => File::open(std::env::current_exe()?)?,
    };
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 1 << 18];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hex(&hash.finalize())),
            n => hash.update(&chunk[..n]),
        }
    }
}
