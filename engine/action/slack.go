package action

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// slackBytes is below the 40,000 characters that a webhook takes.
const slackBytes = 39_000

type slack struct{ client *http.Client }

func (slack) Describe() schema.Action {
	return schema.Action{
		Name: "slack", Version: version,
		Doc: "Writes a text into a Slack channel, through an incoming webhook. The signs & < > are sent as text, so that no value of a row can notify anybody. " +
			"A text of more than 39,000 bytes is cut." + again,
		Settings: []schema.Setting{
			secretSetting("url", true, "secret.slack_url", "The incoming webhook."),
			timeoutSetting(usualTimeout, "How long one attempt may take."),
		},
		Fields: []schema.Setting{chatText()},
	}
}

var slackEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (s slack) Do(ctx context.Context, req sdk.ActionRequest) error {
	limit, err := timeout(req.Config, usualTimeout)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"text": slackEscapes.Replace(clip(text(req.Fields, "text"), slackBytes))})
	if err != nil {
		return err
	}
	address := text(req.Config, "url")
	got, err := post(ctx, s.client, limit, address, nil, body)
	if err != nil || string(got) == "ok" {
		return err
	}
	var answer struct { // of the API's own methods, and of what imitates Slack
		OK  *bool  `json:"ok"`
		Why string `json:"error"`
	}
	mask := newMask(address, nil)
	switch err := json.Unmarshal(got, &answer); {
	case err != nil || answer.OK == nil:
		return notOurs(mask, got)
	case !*answer.OK:
		return &sdk.Error{Message: "it was not taken: " + mask.shown([]byte(answer.Why)), Temporary: answer.Why == "ratelimited" || answer.Why == "rate_limited"}
	}
	return nil
}
