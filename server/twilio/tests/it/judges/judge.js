// Twilio's own JavaScript library judges signatures and tokens: questions in, answers out, as JSON.
const { readFileSync } = require("fs");
const twilio = require("twilio");
const jsonwebtoken = require("jsonwebtoken");

function signature(q) {
  const form = Object.create(null);
  for (const [key, value] of q.form) form[key] = key in form ? [].concat(form[key], value) : value;
  return twilio.validateRequest(q.token, q.signature, q.url, form);
}

function body(q) {
  return twilio.validateRequestWithBody(q.token, q.signature, q.url, q.body);
}

function token(q) {
  // The token is read at the time that the question names.
  const options = { algorithms: ["HS256"], complete: true, clockTimestamp: q.now };
  try {
    const { header, payload } = jsonwebtoken.verify(q.token, q.secret, options);
    return { claims: payload, region: header.twr ?? null, kind: header.cty };
  } catch {
    return null;
  }
}

const questions = JSON.parse(readFileSync(0, "utf8"));
const answers = {
  version: require("twilio/package.json").version,
  signatures: questions.signatures.map(signature),
  bodies: questions.bodies.map(body),
  tokens: questions.tokens.map(token),
};
process.stdout.write(JSON.stringify(answers));
