//! Makes the site of a development build: splits the wasm, writes its JavaScript, puts the styles into one
//! file, and gives every file the hash of its content. It calls the same libraries as cargo-leptos, which
//! takes several times as long to compile (docs/decisions/0022-first-page.md).

use std::{
    collections::HashMap,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use eyre::{Result, WrapErr, eyre};
use wasm_bindgen_cli_support::Bindgen;

#[cfg(feature = "release")]
mod short_names;

const USAGE: &str = "usage: stoa-site WASM STYLE.css ASSETS SITE
       stoa-site --short-names PKG

Splits WASM, runs wasm-bindgen on it, bundles STYLE.css with what it imports, copies the folder
ASSETS, and writes all of it to the folder SITE, in place of what is there. With --short-names it
shortens the names that the wasm of a release in the folder PKG imports from its JavaScript.";

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    #[cfg(feature = "release")]
    if let [flag, pkg] = arguments.as_slice()
        && flag.as_os_str() == "--short-names"
    {
        return short_names::shorten(pkg);
    }
    let [wasm, style, assets, site] = arguments.as_slice() else {
        eprintln!("{USAGE}");
        std::process::exit(2);
    };
    // Put together beside the old site, so that a server which reads it never sees half of one.
    let new = site.with_extension("new");
    remove(&new)?;
    let pkg = new.join("pkg");
    copy_folder(assets, &new)?;
    fs::create_dir_all(&pkg)?;
    write_scripts(wasm, &pkg)?;
    let sheet = bundle(style)?;
    fs::write(pkg.join(format!("stoa.{}.css", hash(&sheet))), sheet)?;
    remove(site)?;
    fs::rename(&new, site).wrap_err_with(|| format!("could not write {}", site.display()))
}

/// The main module with its JavaScript, the chunks with their loader, and the list of chunks.
fn write_scripts(wasm: &Path, pkg: &Path) -> Result<()> {
    let input = fs::read(wasm).wrap_err_with(|| format!("could not read {}", wasm.display()))?;
    // One name for all that comes of one input: the files refer to each other by their names.
    let build = hash(&input);
    let split = pkg.join("split.wasm");
    let main = format!("./stoa.{build}.js");
    let loader = format!("./__wasm_split.{build}.js");
    let mut options = wasm_split_cli_support::Options::new(&input);
    options.output_dir = pkg;
    options.main_out_path = &split;
    options.main_module = &main;
    options.link_name = &loader;
    let chunks = wasm_split_cli_support::transform(options)?;
    drop(input);

    let mut javascript = fs::read_to_string(pkg.join(&loader))?;
    let mut hashed = HashMap::new();
    for path in chunks.split_modules {
        let name =
            path.file_stem().and_then(|stem| stem.to_str()).ok_or_else(|| eyre!("a chunk without a name"))?;
        let new = format!("{name}.{build}");
        fs::rename(&path, pkg.join(format!("{new}.wasm")))?;
        javascript = javascript.replace(&format!("\"./{name}.wasm\""), &format!("\"./{new}.wasm\""));
        hashed.insert(name.to_owned(), new);
    }
    fs::write(pkg.join(&loader), javascript)?;
    let list: HashMap<_, Vec<_>> = chunks
        .prefetch_map
        .iter()
        .map(|(chunk, files)| (chunk, files.iter().map(|file| &hashed[file]).collect()))
        .collect();
    fs::write(pkg.join(format!("__wasm_split_manifest.{build}.json")), serde_json::to_vec(&list)?)?;

    Bindgen::new()
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .keep_lld_exports(true)
                .demangle(false)
                .typescript(false)
                .out_name("stoa")
                .input_path(&split)
                .generate(pkg)
        })
        .map_err(|error| eyre!("wasm-bindgen: {error:#}"))?;
    fs::remove_file(&split)?;
    fs::rename(pkg.join("stoa.js"), pkg.join(main))?;
    fs::rename(pkg.join("stoa_bg.wasm"), pkg.join(format!("stoa.{build}.wasm")))?;
    Ok(())
}

/// The sheet with its imports in their place, each in its cascade layer. Browsers need no more in development.
fn bundle(style: &Path) -> Result<String> {
    let read =
        |path: &Path| fs::read_to_string(path).wrap_err_with(|| format!("could not read {}", path.display()));
    let mut sheet = String::new();
    for line in read(style)?.lines() {
        let Some(import) = line.strip_prefix("@import ") else {
            sheet += line;
            sheet.push('\n');
            continue;
        };
        let (file, layer) = import
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix(");")?.split_once("\" layer("))
            .ok_or_else(|| eyre!("{}: write @import \"FILE\" layer(NAME); not {line}", style.display()))?;
        sheet += &format!("@layer {layer} {{\n{}}}\n", read(&style.with_file_name(file))?);
    }
    Ok(sheet)
}

fn hash(content: impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).wrap_err_with(|| format!("could not read {}", from.display()))? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).wrap_err_with(|| format!("could not remove {}", folder.display()))?;
    }
    Ok(())
}
