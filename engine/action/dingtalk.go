package action

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// dingtalkBytes is the most that a robot takes.
const dingtalkBytes = 20_000

type dingtalk struct{ client *http.Client }

func (dingtalk) Describe() schema.Action {
	return schema.Action{
		Name: "dingtalk", Version: version,
		Doc: "Writes a text into a DingTalk group, through a custom robot. A text of more than 20,000 bytes is cut." + again,
		Settings: []schema.Setting{
			secretSetting("url", true, "secret.ding_url", "The robot's webhook, with its access_token."),
			secretSetting("sign", false, "secret.ding_sign", "The robot's signing secret (SEC…), if it was made with one."),
			{Name: "at", Type: schema.Type{Kind: schema.List, Elem: &schema.Type{Kind: schema.String}}, Example: `["13800000000"]`, Doc: "Mobile numbers of those who are notified."},
			timeoutSetting(usualTimeout, "How long one attempt may take."),
		},
		Fields: []schema.Setting{chatText()},
	}
}

func (d dingtalk) Do(ctx context.Context, req sdk.ActionRequest) error {
	address := text(req.Config, "url")
	signed := address
	if key := text(req.Config, "sign"); key != "" {
		signed = dingtalkSigned(address, key, time.Now())
	}
	type content struct {
		Content string `json:"content"`
	}
	type at struct {
		Mobiles []string `json:"atMobiles"`
	}
	body := struct {
		Type string  `json:"msgtype"`
		Text content `json:"text"`
		At   *at     `json:"at,omitempty"`
	}{Type: "text", Text: content{clip(text(req.Fields, "text"), dingtalkBytes)}}
	if mobiles := texts(req.Config, "at"); mobiles != nil {
		body.At = &at{mobiles}
	}
	var answer struct {
		Code *int   `json:"errcode"`
		Why  string `json:"errmsg"`
	}
	if err := say(ctx, d.client, req.Config, signed, body, &answer); err != nil {
		return err
	}
	switch {
	case answer.Code == nil:
		return notOurs(newMask(address, nil), []byte(answer.Why))
	case *answer.Code != 0:
		return refused(address, *answer.Code, answer.Why, *answer.Code == -1 || *answer.Code == 130101 || *answer.Code == 410100) // busy, too fast
	}
	return nil
}

// dingtalkSigned is the address with the robot's signature over the time.
func dingtalkSigned(address, key string, now time.Time) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // post says what is wrong with it
	}
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(stamp + "\n" + key))
	q := u.Query()
	q.Set("timestamp", stamp)
	q.Set("sign", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	u.RawQuery = q.Encode()
	return u.String()
}
