// A tus server on a folder: `node server.mjs HOST PORT FOLDER`. Prints `ready` when it listens.
import { Server } from "@tus/server";
import { FileStore } from "@tus/file-store";

const [host, port, directory] = process.argv.slice(2);
const server = new Server({ path: "/files", datastore: new FileStore({ directory }) });
server.listen({ host, port: Number(port) }, () => console.log("ready"));
