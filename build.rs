//! The build script: compiles the words of `words/` into functions and tables (docs/decisions/0035-words.md).

#[path = "build/mod.rs"]
mod compiler;

use std::{env, fs, path::Path};

use compiler::{catalogues, generate};

fn main() {
    for input in ["words", "build", "build.rs"] {
        println!("cargo:rerun-if-changed={input}");
    }
    let languages = match catalogues::languages(Path::new("words")) {
        Ok(languages) => languages,
        Err(error) => panic!("{error}"),
    };
    let out = env::var("OUT_DIR").expect("cargo sets it");
    for (file, code) in
        [("words.rs", generate::functions(&languages)), ("tables.rs", generate::tables(&languages))]
    {
        fs::write(Path::new(&out).join(file), code).expect("cargo's own folder can be written to");
    }
}
