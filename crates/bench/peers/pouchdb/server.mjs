// express-pouchdb with the memory adapter: `node server.mjs HOST PORT`. Prints `ready` when it listens.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const PouchDB = require("pouchdb").plugin(require("pouchdb-adapter-memory"));
const express = require("express");
const [host, port] = process.argv.slice(2);

const app = express();
const Memory = PouchDB.defaults({ adapter: "memory" });
app.use("/", require("express-pouchdb")(Memory, { inMemoryConfig: true, logPath: "/dev/null" }));
app.listen(Number(port), host, () => console.log("ready"));
