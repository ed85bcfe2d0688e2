/** node:http without its ES facade: an import reads every export, and one of them loads another HTTP client (12 MB, 40 ms). */
const http = process.getBuiltinModule('node:http');

export const HttpAgent = http.Agent;
export const httpRequest = http.request;
