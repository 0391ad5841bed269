-- What the server keeps. Times are microseconds since 1970 (UTC) unless a column ends in `_us`, which is a
-- span. Only additions may follow: see docs/schema.md.

CREATE TABLE sites (
    site        TEXT   NOT NULL PRIMARY KEY,
    -- The epoch of every engine timestamp.
    started_at  BIGINT NOT NULL,
    -- Keys the hash of callers' numbers, hexadecimal.
    caller_key  TEXT   NOT NULL
);

-- Every input the engine saw, in its order; the source of everything below but what people typed in.
CREATE TABLE journal (
    site   TEXT   NOT NULL,
    seq    BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    epoch  BIGINT NOT NULL,
    body   TEXT   NOT NULL,
    crc    BIGINT NOT NULL,
    hash   TEXT   NOT NULL,
    PRIMARY KEY (site, seq)
);

CREATE TABLE snapshots (
    site   TEXT   NOT NULL,
    seq    BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    -- Hash of the journal row it follows.
    hash   TEXT   NOT NULL,
    body   TEXT   NOT NULL,
    PRIMARY KEY (site, seq)
);

CREATE TABLE leases (
    site       TEXT   NOT NULL PRIMARY KEY,
    epoch      BIGINT NOT NULL,
    holder     TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);

-- The outbox: what the carrier is to do, by the engine's command id.
CREATE TABLE commands (
    site      TEXT   NOT NULL,
    id        BIGINT NOT NULL,
    kind      TEXT   NOT NULL,
    call_id   BIGINT,
    offer_id  BIGINT,
    state     TEXT   NOT NULL,
    attempts  BIGINT NOT NULL,
    made_at   BIGINT NOT NULL,
    ended_at  BIGINT,
    error     TEXT,
    PRIMARY KEY (site, id)
);
CREATE INDEX commands_open ON commands (site, state, id);

CREATE TABLE calls (
    site           TEXT   NOT NULL,
    id             BIGINT NOT NULL,
    sid            TEXT   NOT NULL,
    caller_number  TEXT,
    called_number  TEXT   NOT NULL,
    queue          TEXT   NOT NULL,
    class          TEXT   NOT NULL,
    stage          TEXT   NOT NULL,
    outcome        TEXT,
    arrived_at     BIGINT NOT NULL,
    connected_at   BIGINT,
    ended_at       BIGINT,
    agent          TEXT,
    attempts       BIGINT NOT NULL,
    waited_us      BIGINT,
    talked_us      BIGINT,
    PRIMARY KEY (site, id)
);
CREATE UNIQUE INDEX calls_sid ON calls (site, sid);
CREATE INDEX calls_arrived ON calls (site, arrived_at);
CREATE INDEX calls_ended ON calls (site, ended_at);
CREATE INDEX calls_caller ON calls (site, caller_number, arrived_at);
CREATE INDEX calls_queue ON calls (site, queue, arrived_at);
CREATE INDEX calls_agent ON calls (site, agent, arrived_at);
CREATE INDEX calls_outcome ON calls (site, outcome, arrived_at);

-- Who waits now.
CREATE TABLE inbound_call_queue (
    site         TEXT   NOT NULL,
    call_id      BIGINT NOT NULL,
    queue        TEXT   NOT NULL,
    class        TEXT   NOT NULL,
    arrived_at   BIGINT NOT NULL,
    status       TEXT   NOT NULL,
    position     BIGINT,
    estimate_us  BIGINT,
    PRIMARY KEY (site, call_id)
);
CREATE INDEX inbound_call_queue_line ON inbound_call_queue (site, queue, status, arrived_at);

CREATE TABLE offers (
    site        TEXT   NOT NULL,
    id          BIGINT NOT NULL,
    call_id     BIGINT NOT NULL,
    agent       TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    leg_sid     TEXT,
    attempt     BIGINT NOT NULL,
    made_at     BIGINT NOT NULL,
    rang_at     BIGINT,
    answered_at BIGINT,
    ended_at    BIGINT,
    PRIMARY KEY (site, id)
);
CREATE INDEX offers_call ON offers (site, call_id);
CREATE INDEX offers_agent ON offers (site, agent, made_at);
CREATE INDEX offers_leg ON offers (site, leg_sid);

CREATE TABLE agents (
    site       TEXT   NOT NULL,
    id         BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    contact    TEXT   NOT NULL,
    queues     TEXT   NOT NULL,
    status     TEXT   NOT NULL,
    activity   TEXT   NOT NULL,
    call_id    BIGINT,
    since      BIGINT NOT NULL,
    token_hash TEXT,
    PRIMARY KEY (site, id)
);
CREATE UNIQUE INDEX agents_name ON agents (site, name);

CREATE TABLE agent_heartbeats (
    site      TEXT   NOT NULL,
    agent_id  BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    alive     BIGINT NOT NULL,
    reachable BIGINT NOT NULL,
    PRIMARY KEY (site, agent_id)
);

CREATE TABLE callers (
    site    TEXT   NOT NULL,
    number  TEXT   NOT NULL,
    class   TEXT   NOT NULL,
    name    TEXT,
    PRIMARY KEY (site, number)
);

CREATE TABLE callback_requests (
    site        TEXT   NOT NULL,
    call_id     BIGINT NOT NULL,
    state       TEXT   NOT NULL,
    asked_at    BIGINT NOT NULL,
    due_at      BIGINT,
    attempts    BIGINT NOT NULL,
    ended_at    BIGINT,
    PRIMARY KEY (site, call_id)
);
CREATE INDEX callback_requests_open ON callback_requests (site, state, asked_at);

CREATE TABLE voicemails (
    site       TEXT   NOT NULL,
    call_id    BIGINT NOT NULL,
    recording  TEXT,
    seconds    BIGINT,
    at         BIGINT NOT NULL,
    PRIMARY KEY (site, call_id)
);

CREATE TABLE surveys (
    site     TEXT   NOT NULL,
    call_id  BIGINT NOT NULL,
    answer   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (site, call_id)
);

CREATE TABLE feature_flags (
    site     TEXT   NOT NULL,
    feature  TEXT   NOT NULL,
    share    BIGINT,
    at       BIGINT NOT NULL,
    PRIMARY KEY (site, feature)
);

-- Every policy that was ever in force, the last one last.
CREATE TABLE policies (
    site    TEXT   NOT NULL,
    id      BIGINT NOT NULL,
    digest  TEXT   NOT NULL,
    text    TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    author  TEXT   NOT NULL,
    -- Names by the engine's ids, JSON.
    queues  TEXT   NOT NULL,
    classes TEXT   NOT NULL,
    PRIMARY KEY (site, id)
);
