package action

import (
	"context"
	"net/http"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// wecomBytes is the most that a robot takes.
const wecomBytes = 2048

type wecom struct{ client *http.Client }

func (wecom) Describe() schema.Action {
	return schema.Action{
		Name: "wecom", Version: version,
		Doc: "Writes a text into a WeCom (企业微信) group, through a group robot. A text of more than 2,048 bytes is cut." + again,
		Settings: []schema.Setting{
			secretSetting("url", true, "secret.wecom_url", "The robot's webhook, with its key."),
			{Name: "at", Type: schema.Type{Kind: schema.List, Elem: &schema.Type{Kind: schema.String}}, Example: `["13800000000", "@all"]`, Doc: "Mobile numbers of those who are notified, or \"@all\"."},
			timeoutSetting(usualTimeout, "How long one attempt may take."),
		},
		Fields: []schema.Setting{chatText()},
	}
}

func (w wecom) Do(ctx context.Context, req sdk.ActionRequest) error {
	type content struct {
		Content string   `json:"content"`
		Mobiles []string `json:"mentioned_mobile_list,omitempty"`
	}
	address := text(req.Config, "url")
	body := struct {
		Type string  `json:"msgtype"`
		Text content `json:"text"`
	}{"text", content{clip(text(req.Fields, "text"), wecomBytes), texts(req.Config, "at")}}
	var answer struct {
		Code *int   `json:"errcode"`
		Why  string `json:"errmsg"`
	}
	if err := say(ctx, w.client, req.Config, address, body, &answer); err != nil {
		return err
	}
	switch {
	case answer.Code == nil:
		return notOurs(newMask(address, nil), []byte(answer.Why))
	case *answer.Code != 0:
		return refused(address, *answer.Code, answer.Why, *answer.Code == -1 || *answer.Code == 45009) // busy, too fast
	}
	return nil
}
