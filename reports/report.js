'use strict';
(() => {
  const PAGE = 200;
  const STATUS = ['fail', 'error', 'manual', 'pass', 'not-applicable'];
  const WORDS = ['failed', 'could not be determined', 'needs a person', 'passed', 'did not apply'];
  const $ = (id) => document.getElementById(id);
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  // what a reader cannot see is shown; the page itself was made the same way
  const visible = (text) =>
    text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, (char) => {
      const code = char.codePointAt(0);
      return code < 32 ? String.fromCodePoint(0x2400 + code) : `\\u{${code.toString(16).padStart(4, '0')}}`;
    });
  const short = (text, max) => visible(text.length > max ? `${text.slice(0, max)}…` : text);

  // theme: system, light, dark; kept where the browser lets a file keep something
  const theme = $('theme');
  const stored = (value) => {
    try {
      if (value === undefined) return localStorage.getItem('probity-theme');
      localStorage.setItem('probity-theme', value);
    } catch (error) {
      console.debug('the theme is not kept', error.name);
    }
    return null;
  };
  const THEMES = ['system', 'light', 'dark'];
  const applyTheme = (name) => {
    if (name === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    theme.textContent = `Theme: ${name}`;
  };
  let chosen = THEMES.includes(stored()) ? stored() : 'system';
  applyTheme(chosen);
  theme.hidden = false;
  theme.addEventListener('click', () => {
    chosen = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
    applyTheme(chosen);
    stored(chosen);
  });

  // the data is parsed only when somebody searches
  let data;
  const load = () => {
    if (data !== undefined) return data;
    data = JSON.parse($('probity-run').textContent);
    data.list = data.results.map((row, index) => {
      const rule = data.rules[row[0]];
      return {
        index, row, rule,
        check: rule[0], title: rule[2], severity: rule[3],
        target: data.targets[row[1]], subject: row[2], status: STATUS[row[3]], message: row[4],
        fingerprint: row[6], more: row[7] || {},
      };
    });
    return data;
  };

  const glob = (pattern) => {
    const parts = pattern.split('*');
    return (text) => {
      if (parts.length === 1) return text === pattern || text.startsWith(`${pattern}.`);
      if (!text.startsWith(parts[0])) return false;
      let at = parts[0].length;
      for (const part of parts.slice(1, -1)) {
        const found = text.indexOf(part, at);
        if (found < 0) return false;
        at = found + part.length;
      }
      const last = parts[parts.length - 1];
      return text.length - last.length >= at && text.endsWith(last);
    };
  };
  const ALIASES = { failed: 'fail', fails: 'fail', undetermined: 'error', unknown: 'error', passed: 'pass', na: 'not-applicable', 'n/a': 'not-applicable' };
  const tests = {
    s: (value) => { const word = ALIASES[value] || value; return (item) => item.status === word; },
    sev: (value) => (item) => item.severity === value,
    check: (value) => { const test = glob(value); return (item) => test(item.check.toLowerCase()); },
    host: (value) => (item) => item.target.toLowerCase().includes(value) || item.subject.toLowerCase().includes(value),
    fp: (value) => (item) => item.fingerprint.startsWith(value),
    is: (value) => (item) => value === 'waived' && item.more.waiver !== undefined,
  };
  tests.status = tests.s; tests.severity = tests.sev; tests.target = tests.host; tests.subject = tests.host;
  const compile = (query) => {
    const wanted = [];
    for (const match of query.toLowerCase().matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/g)) {
      const value = match[3] === undefined ? match[4] : match[3];
      const key = match[2];
      const known = key !== undefined && Object.hasOwn(tests, key);
      const word = known || key === undefined ? value : `${key}:${value}`;
      const test = known
        ? tests[key](value)
        : (item) => item.subject.toLowerCase().includes(word) || item.message.toLowerCase().includes(word) || item.title.toLowerCase().includes(word) || item.check.includes(word);
      wanted.push(match[1] === '-' ? (item) => !test(item) : test);
    }
    return (item) => wanted.every((test) => test(item));
  };

  const query = $('query');
  const list = $('found-list');
  let found = [];
  let from = 0;

  const valueText = (value) => (typeof value === 'string' ? value || '(empty)' : JSON.stringify(value));
  const details = (item) => {
    const box = make('div', 'more');
    const line = (label, text) => {
      const p = make('p', 'at', `${label}: `);
      p.append(make('bdi', '', short(text, 600)));
      box.append(p);
    };
    line('Required', item.title);
    line('Target', item.target);
    if (item.more.location) line('Place', `${item.more.location.file}${item.more.location.line ? `:${item.more.location.line}` : ''}`);
    if (item.more.fault) line('Fault', `${item.more.fault.code} ${item.more.fault.message}`);
    if (item.more.waiver) line('Accepted', `${item.more.waiver.reason} (${item.more.waiver.owner || item.more.waiver.id}${item.more.waiver.expires ? `, until ${item.more.waiver.expires}` : ''})`);
    for (const reason of item.row[5]) {
      const leaf = data.leaves[reason[0]];
      const extra = reason[4] || {};
      line('Looked at', leaf[0]);
      line('Expected', `${leaf[1]} ${leaf[2] === null ? '' : valueText(leaf[2])}`);
      line('Actual', extra.unknown ? `unknown: ${extra.unknown}` : extra.absent ? 'absent' : valueText(reason[3]));
      const id = data.evidence[reason[1]];
      const entry = data.run.evidence.find((candidate) => candidate.id === id);
      line('Evidence', `${id}${reason[2] === null ? '' : `#${reason[2]}`}${entry ? ` ${entry.digest}` : ''}`);
    }
    line('Do', item.rule[5]);
    line('Clause', item.rule[4].map((reference) => `${reference.spec}${reference.section ? ` §${reference.section}` : ''}`).join(', '));
    const fixed = document.getElementById(`r-${item.fingerprint.slice(0, 16)}`);
    if (fixed) {
      const link = make('a', '', 'Show it in the report');
      link.href = `#${fixed.id}`;
      box.append(link);
    }
    return box;
  };
  const rowOf = (item) => {
    const li = make('li');
    const open = make('button', 'open');
    open.type = 'button';
    open.setAttribute('aria-expanded', 'false');
    open.append(make('span', `mark ${item.status}`));
    open.firstChild.setAttribute('aria-hidden', 'true');
    open.append(make('bdi', '', short(item.message.startsWith(item.subject) ? item.message : `${item.subject}: ${item.message}`, 400)));
    open.append(make('span', 'meta quiet', `${WORDS[STATUS.indexOf(item.status)]}${item.more.waiver ? ', accepted' : ''} · ${item.severity} · ${short(item.check, 120)}`));
    open.addEventListener('click', () => {
      const isOpen = open.getAttribute('aria-expanded') === 'true';
      open.setAttribute('aria-expanded', String(!isOpen));
      if (isOpen) li.lastChild.remove();
      else li.append(details(item));
    });
    li.append(open);
    return li;
  };
  const show = () => {
    const shown = found.slice(from, from + PAGE);
    list.replaceChildren(...shown.map(rowOf));
    $('found-n').textContent = found.length === 0
      ? `Nothing of ${data.list.length} results matches.`
      : `${found.length} of ${data.list.length} results match${found.length > PAGE ? `; shown are ${from + 1} to ${from + shown.length}` : ''}.`;
    $('pager').hidden = found.length <= PAGE;
    $('earlier').disabled = from === 0;
    $('later').disabled = from + PAGE >= found.length;
  };
  const ORDER = { fail: 0, error: 1, manual: 2, pass: 3, 'not-applicable': 4 };
  const SEVERITY = { critical: 0, high: 1, medium: 2, low: 3, info: 4 };
  const search = (keepHash) => {
    const text = query.value.trim();
    const active = text !== '';
    $('body').hidden = active;
    $('found').hidden = !active;
    for (const chip of document.querySelectorAll('.chips button')) {
      chip.setAttribute('aria-pressed', String(text.split(/\s+/).includes(chip.dataset.q)));
    }
    if (active) {
      const match = compile(text);
      found = load().list.filter(match);
      found.sort((a, b) => ORDER[a.status] - ORDER[b.status] || SEVERITY[a.severity] - SEVERITY[b.severity] || a.index - b.index);
      from = 0;
      show();
    }
    if (!keepHash) history.replaceState(null, '', active ? `#q=${encodeURIComponent(text)}` : '#');
  };
  const turn = (by) => { from += by; show(); $('found').scrollIntoView(); };
  $('earlier').addEventListener('click', () => turn(-PAGE));
  $('later').addEventListener('click', () => turn(PAGE));
  query.addEventListener('input', () => search(false));
  $('search').addEventListener('submit', (event) => event.preventDefault());
  $('search').addEventListener('reset', (event) => { event.preventDefault(); query.value = ''; search(false); query.focus(); });
  for (const chip of document.querySelectorAll('.chips button')) {
    chip.addEventListener('click', () => {
      const words = query.value.split(/\s+/).filter((word) => word !== '');
      const on = words.includes(chip.dataset.q);
      query.value = (on ? words.filter((word) => word !== chip.dataset.q) : [...words, chip.dataset.q]).join(' ');
      search(false);
    });
  }
  document.addEventListener('keydown', (event) => {
    const typing = /^(?:INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); query.focus(); }
  });

  // a link to one result or record: its folds open; where it does not stand in the page, the search shows it
  const follow = () => {
    const hash = location.hash.slice(1);
    if (hash.startsWith('q=')) {
      try { query.value = decodeURIComponent(hash.slice(2)); } catch { query.value = hash.slice(2); }
      search(true);
      return;
    }
    const target = hash === '' ? null : document.getElementById(hash);
    if (target !== null) {
      if ($('body').contains(target) && query.value !== '') { query.value = ''; search(true); }
      for (let at = target; at !== null; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
      target.scrollIntoView();
    } else if (/^r-[0-9a-f]{16}/.test(hash)) {
      query.value = `fp:${hash.slice(2, 18)}`;
      search(true);
      const open = list.querySelector('.open');
      if (open !== null) open.click();
    }
  };
  addEventListener('hashchange', follow);
  $('search').hidden = false;
  follow();

  // browsers that cannot style a closed fold open for print get it opened
  addEventListener('beforeprint', () => {
    for (const fold of document.querySelectorAll('details:not(.record):not([open])')) { fold.dataset.print = ''; fold.open = true; }
  });
  addEventListener('afterprint', () => {
    for (const fold of document.querySelectorAll('details[data-print]')) { delete fold.dataset.print; fold.open = false; }
  });
})();
