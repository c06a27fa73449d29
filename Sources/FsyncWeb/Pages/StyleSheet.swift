/// What pages are drawn with.
package enum StyleSheet {
  /// The style sheet: light and dark, wide and narrow.
  package static let css = """
    :root {
      color-scheme: light dark;
      --page: #fbfaf8; --card: #ffffff; --ink: #1f2328; --soft: #57606a; --line: #d9d6cf;
      --link: #0b57a4; --accent: #2f6f5e; --warn: #9a3412; --warn-page: #fff4ec;
      --added: #e3f5e7; --removed: #fdeaea; --plus: #116329; --minus: #a40e26; --hover: #f1efe9;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #16181b; --card: #1d2024; --ink: #e4e6e9; --soft: #a3abb5; --line: #353a41;
        --link: #7db8f5; --accent: #7cc7b1; --warn: #ffb189; --warn-page: #2f211a;
        --added: #17301f; --removed: #3a1d20; --plus: #7ee2a0; --minus: #ff9c9c; --hover: #23272c;
      }
    }
    *, *::before, *::after { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0 auto; max-width: 68rem; padding: 0 1.25rem 2rem;
      font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
      color: var(--ink); background: var(--page); overflow-wrap: anywhere;
    }
    a { color: var(--link); text-decoration: none; }
    a:hover { text-decoration: underline; }
    a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
    .skip { position: absolute; left: -100rem; }
    .skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .4rem .8rem; z-index: 1; }
    code, .code, .id, pre { font-family: ui-monospace, SFMono-Regular, "DejaVu Sans Mono", Consolas, monospace; }
    code { font-size: .92em; }
    .name, .lines { white-space: pre-wrap; }
    .id { color: inherit; opacity: .85; }
    h1 { font-size: 1.55rem; line-height: 1.25; margin: 1.4rem 0 .6rem; font-weight: 650; }
    h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; font-weight: 650; }
    h3 { font-size: .95rem; margin: 0; font-weight: 500; }
    p { margin: .6rem 0; }
    header {
      display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; justify-content: space-between;
      align-items: baseline; padding: .9rem 0 .6rem; border-bottom: 1px solid var(--line);
    }
    header ol, header ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; }
    .trail li + li::before { content: "/"; color: var(--soft); margin: 0 .45rem; }
    .trail [aria-current] { color: var(--soft); }
    .parts ul { gap: 1.1rem; }
    .parts a[aria-current] { color: inherit; font-weight: 600; border-bottom: 2px solid var(--accent); padding-bottom: .15rem; }
    footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; }
    table { border-collapse: collapse; width: 100%; }
    .listing { background: var(--card); border: 1px solid var(--line); border-radius: 8px; border-spacing: 0; border-collapse: separate; overflow: hidden; }
    .listing th, .listing td { text-align: left; padding: .42rem .9rem; vertical-align: top; font-weight: 400; }
    .listing tbody > tr > * { border-top: 1px solid var(--line); }
    .listing thead th { color: var(--soft); font-size: .82rem; white-space: nowrap; }
    .listing tbody tr:hover { background: var(--hover); }
    .listing td { color: var(--soft); }
    .listing time { white-space: nowrap; }
    .listing .number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
    .listing .wide { width: 1%; white-space: nowrap; font-variant-numeric: tabular-nums; }
    .listing tbody th { position: relative; }
    .listing tbody th:has(.mark) { padding-left: 2.3rem; }
    .mark { position: absolute; left: .9rem; top: .8rem; width: .8rem; height: .8rem; border-radius: 2px; }
    .mark.folder { background: var(--accent); border-top-right-radius: 5px; }
    .mark.file { border: 1.5px solid var(--soft); border-top-right-radius: 5px; opacity: .7; }
    .mark.link { border: 1.5px dashed var(--soft); border-radius: 50%; }
    .tag { color: var(--soft); font-size: .78rem; }
    .warn { color: var(--warn); font-weight: 650; }
    .plus { color: var(--plus); } .minus { color: var(--minus); }
    .note { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 6px; padding: .55rem .9rem; }
    .alert { border-left-color: var(--warn); background: var(--warn-page); }
    .actions { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; }
    .downloads, .who, .aside { color: var(--soft); font-size: .9rem; }
    .next { margin: 1rem 0; }
    .next a::after { content: " \\2192"; }
    .commits { list-style: none; margin: .6rem 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
    .commits > li { padding: .55rem .9rem; }
    .commits > li + li { border-top: 1px solid var(--line); }
    .commits:empty { display: none; }
    .commits p { margin: 0; }
    .why { font-weight: 500; }
    .changes { list-style: none; margin: .4rem 0; padding: 0; font-size: .92rem; }
    .changes li { padding: .1rem 0; }
    .kind { display: inline-block; min-width: 4.6rem; color: var(--soft); font-size: .82rem; }
    .kind.added { color: var(--plus); } .kind.deleted { color: var(--minus); }
    .facts { display: grid; gap: .2rem 2rem; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); margin: .8rem 0; }
    .facts div { display: flex; gap: .7rem; }
    .facts dt { color: var(--soft); min-width: 5rem; }
    .facts dd { margin: 0; min-width: 0; }
    .facts .whole { grid-column: 1 / -1; }
    .message { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .9rem; }
    .difference { margin: 1.2rem 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
    .difference h3 { padding: .5rem .9rem; border-bottom: 1px solid var(--line); }
    .difference .note { border: 0; margin: 0; border-radius: 0; }
    .difference .scroll { border: 0; border-radius: 0; margin: 0; }
    .scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: .8rem 0; }
    .code { font-size: .85rem; line-height: 1.5; }
    .code td { padding: 0 .8rem; white-space: pre; overflow-wrap: normal; tab-size: 8; vertical-align: top; width: 100%; }
    .code .count { text-align: right; user-select: none; width: 1%; min-width: 3rem; padding: 0 .6rem; font-variant-numeric: tabular-nums; }
    .code .count, .code .count a { color: var(--soft); }
    .code code { font-size: inherit; }
    .code em { color: var(--soft); }
    .code tr:target { background: var(--warn-page); }
    .code tbody + tbody > tr:first-child > td { border-top: 1px solid var(--line); }
    .code tr:first-child > td { padding-top: .25rem; } .code tr:last-child > td { padding-bottom: .25rem; }
    .added td { background: var(--added); } .removed td { background: var(--removed); }
    ins, del { text-decoration: none; }
    .picture img { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 8px; background: repeating-conic-gradient(#8883 0% 25%, #0000 0% 50%) 0 0 / 20px 20px; }
    @media (max-width: 40rem) {
      body { padding: 0 .8rem 1.5rem; }
      .wide { display: none; }
      .listing th, .listing td { padding: .5rem .6rem; }
      .listing .aside { display: block; }
      .listing tbody th:has(.mark) { padding-left: 2rem; }
      .mark { left: .6rem; }
      .conflict .number { display: none; }
      .conflict th { width: 50%; }
      .code .count { min-width: 2rem; padding: 0 .35rem; }
      .code td { padding: 0 .5rem; }
      .kind { min-width: 0; margin-right: .3rem; }
      a { padding-block: .1rem; }
    }
    @media print { header nav.parts, .skip, .downloads, footer { display: none; } }

    """

  /// The icon: two circles that share a part.
  package static let icon = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">\
    <circle cx="6" cy="8" r="4.5" fill="#2f6f5e" fill-opacity=".8"/>\
    <circle cx="10" cy="8" r="4.5" fill="#5aa88f" fill-opacity=".8"/></svg>

    """
}
