-- Groups of users. flow_group_grant is which groups a flow names as readers or writers, as
-- flow_grant is which users. flow_right is what both come to: what a user may do with a flow by
-- either. Ids of groups in flows that are here already are of groups of another server.

-- +goose Up
CREATE TABLE user_group (
    id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE user_group_member (
    user_id VARCHAR NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    group_id VARCHAR NOT NULL REFERENCES user_group (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
) WITHOUT ROWID;
CREATE INDEX user_group_member_group_id_idx ON user_group_member (group_id);

CREATE TABLE flow_group_grant (
    group_id VARCHAR NOT NULL,
    flow_id VARCHAR NOT NULL REFERENCES flow (id) ON DELETE CASCADE,
    can_read BOOLEAN NOT NULL,
    can_write BOOLEAN NOT NULL,
    PRIMARY KEY (group_id, flow_id)
) WITHOUT ROWID;
CREATE INDEX flow_group_grant_flow_id_idx ON flow_group_grant (flow_id);

CREATE VIEW flow_right AS
SELECT user_id, flow_id, can_read, can_write FROM flow_grant
UNION ALL
SELECT user_group_member.user_id, flow_group_grant.flow_id, flow_group_grant.can_read, flow_group_grant.can_write
FROM user_group_member JOIN flow_group_grant ON flow_group_grant.group_id = user_group_member.group_id;

-- +goose Down
DROP VIEW flow_right;
DROP TABLE flow_group_grant;
DROP TABLE user_group_member;
DROP TABLE user_group;
