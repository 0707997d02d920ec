package action

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// feishuBytes is the most that a bot takes, less what surrounds the text.
const feishuBytes = 18_000

type feishu struct{ client *http.Client }

func (feishu) Describe() schema.Action {
	return schema.Action{
		Name: "feishu", Version: version,
		Doc: "Writes a text into a Feishu or Lark group, through a custom bot. A text of more than 18,000 bytes is cut." + again,
		Settings: []schema.Setting{
			secretSetting("url", true, "secret.feishu_url", "The bot's webhook."),
			secretSetting("sign", false, "secret.feishu_sign", "The bot's signing secret, if it verifies signatures."),
			timeoutSetting(usualTimeout, "How long one attempt may take."),
		},
		Fields: []schema.Setting{chatText()},
	}
}

func (f feishu) Do(ctx context.Context, req sdk.ActionRequest) error {
	type content struct {
		Text string `json:"text"`
	}
	body := struct {
		Timestamp string  `json:"timestamp,omitempty"`
		Sign      string  `json:"sign,omitempty"`
		Type      string  `json:"msg_type"`
		Content   content `json:"content"`
	}{Type: "text", Content: content{clip(text(req.Fields, "text"), feishuBytes)}}
	if key := text(req.Config, "sign"); key != "" {
		body.Timestamp, body.Sign = feishuSign(key, time.Now())
	}
	address := text(req.Config, "url")
	var answer struct {
		Code *int   `json:"code"`
		Why  string `json:"msg"`
		Old  *int   `json:"StatusCode"`
	}
	if err := say(ctx, f.client, req.Config, address, body, &answer); err != nil {
		return err
	}
	if answer.Code == nil {
		answer.Code = answer.Old
	}
	switch {
	case answer.Code == nil:
		return notOurs(newMask(address, nil), []byte(answer.Why))
	case *answer.Code != 0:
		return refused(address, *answer.Code, answer.Why, *answer.Code == 11232 || *answer.Code == 9499) // too fast
	}
	return nil
}

// feishuSign signs the time: the text that is signed is the key, and what it signs is nothing.
func feishuSign(key string, now time.Time) (stamp, sign string) {
	stamp = strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(stamp+"\n"+key))
	return stamp, base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
