// A WebDriver client in a page of code: chromedriver, or WebKitWebDriver with MiniBrowser (Debian).
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const MINI = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

const BROWSERS = {
  chromium: {
    command: (port) => ["chromedriver", [`--port=${port}`]],
    capabilities: { browserName: "chrome", "goog:chromeOptions": { args: ["--headless=new", "--no-sandbox", "--window-size=1100,1000"] } },
  },
  webkit: {
    command: (port) => ["xvfb-run", ["-a", "-s", "-screen 0 1300x1100x24", "WebKitWebDriver", `--port=${port}`]],
    capabilities: { "webkitgtk:browserOptions": { binary: MINI, args: ["--automation"] } },
  },
};

export const KEY = { enter: "\uE007", tab: "\uE004", shift: "\uE008", control: "\uE009", alt: "\uE00A", escape: "\uE00C", left: "\uE012", up: "\uE013", right: "\uE014", down: "\uE015", backspace: "\uE003", home: "\uE011", end: "\uE010", f10: "\uE03A" };

export async function open(browser, url) {
  const port = await freePort();
  const [command, args] = BROWSERS[browser].command(port);
  const process = spawn(command, args, { stdio: "ignore", detached: true });
  const base = `http://127.0.0.1:${port}`;
  await waitFor(() => fetch(`${base}/status`).then((answer) => answer.ok, () => false));
  globalThis.process.once("SIGTERM", () => globalThis.process.exit(kill(process) ?? 1));
  const { sessionId } = await post(`${base}/session`, { capabilities: { alwaysMatch: BROWSERS[browser].capabilities } });
  const page = new Page(`${base}/session/${sessionId}`, process);
  await page.send("url", { url });
  return page;
}

export class Page {
  constructor(base, process) {
    Object.assign(this, { base, process });
  }
  send(path, body) {
    return post(`${this.base}/${path}`, body);
  }
  run(script, ...args) {
    return this.send("execute/async", {
      script: `const done = arguments[arguments.length - 1]; (async (...args) => { ${script} })(...arguments).then((v) => done({v}), (e) => done({e: String(e)}))`,
      args,
    }).then(({ v, e }) => {
      if (e) throw new Error(e);
      return v;
    });
  }
  /** Presses keys one after another; the strings of an inner array together. */
  async keys(...list) {
    const actions = list.flatMap((keys) => (Array.isArray(keys) ? chord(keys) : [...keys].flatMap((key) => chord([key]))));
    await this.send("actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }
  async click(selector) {
    const element = await this.find(selector);
    await this.send(`element/${element}/click`, {});
  }
  async find(selector) {
    return (await this.send("element", { using: "css selector", value: selector }))[ELEMENT];
  }
  async picture(file, selector) {
    const path = selector ? `element/${await this.find(selector)}/screenshot` : "screenshot";
    const answer = await fetch(`${this.base}/${path}`).then((response) => response.json());
    await writeFile(file, Buffer.from(answer.value, "base64"));
  }
  async close() {
    await fetch(this.base, { method: "DELETE" }).catch(() => {});
    kill(this.process);
  }
}

// The whole group: xvfb-run leaves its children behind.
function kill(child) {
  globalThis.process.kill(-child.pid);
}

function chord(keys) {
  return [
    ...keys.map((value) => ({ type: "keyDown", value })),
    ...[...keys].reverse().map((value) => ({ type: "keyUp", value })),
  ];
}

async function post(url, body) {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) }).then((response) => response.json());
  if (answer.value?.error) throw new Error(`${answer.value.error}: ${answer.value.message}`);
  return answer.value;
}

export async function waitFor(check, ms = 15000) {
  for (const end = Date.now() + ms; Date.now() < end; await pause(50)) if (await check()) return;
  throw new Error("waited in vain");
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
