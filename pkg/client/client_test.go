package client_test

import (
	"strings"
	"testing"
	"time"

	"github.com/flowctl/flowctl/pkg/client"
)

func TestNewRefuses(t *testing.T) {
	const secret = "hunter2"
	for _, c := range []struct {
		url  string
		opt  client.Option
		want string
	}{
		{url: "", want: "http://"},
		{url: "flows.example.com", want: "http://"},
		{url: "ftp://flows.example.com", want: "http://"},
		{url: "http://", want: "and a host"},
		{url: "http://:8080", want: "and a host"},
		{url: "http://a b", want: "not a URL"},
		{url: "http://u:" + secret + "@ h", want: "not a URL"},
		{url: "http://u:" + secret + "@h", want: "user name or password"},
		{url: "http://" + secret + "@h", want: "user name or password"},
		{url: "http://h?token=" + secret, want: "query"},
		{url: "http://h#x", want: "fragment"},
		{url: "http://h", opt: client.WithToken(secret + "\n"), want: "U+000A"},
		{url: "http://h", opt: client.WithToken(secret + "\x00"), want: "U+0000"},
		{url: "http://h", opt: client.WithToken(`"` + secret + ` `), want: "U+0020"},
		{url: "http://h", opt: client.WithToken(secret + "é"), want: "U+00E9"},
		{url: "http://h", opt: client.WithUserAgent("a\r\nX: y"), want: "control character"},
		{url: "http://h", opt: client.WithTimeout(-time.Second), want: "negative"},
		{url: "http://h", opt: client.WithRetry(client.Retry{Max: -1}), want: "make no sense"},
		{url: "http://h", opt: client.WithRetry(client.Retry{MinWait: 2, MaxWait: 1}), want: "make no sense"},
	} {
		opts := []client.Option{}
		if c.opt != nil {
			opts = append(opts, c.opt)
		}
		_, err := client.New(c.url, opts...)
		if err == nil || !strings.HasPrefix(err.Error(), "make a client: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.url, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%q: the secret is in: %v", c.url, err)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for given, want := range map[string]string{
		"http://h":              "http://h",
		"\thttps://h:8443/a/\n": "https://h:8443/a",
		"https://h/a%2Fb/":      "https://h/a%2Fb",
		"http://[::1]:8080///":  "http://[::1]:8080",
	} {
		c, err := client.New(given)
		if err != nil || c.BaseURL() != want {
			t.Errorf("%q: %v, %v", given, c, err)
		}
	}
}

// Making a client is part of every command's start.
func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.New("https://flows.example.com", client.WithToken("sk-x")); err != nil {
			b.Fatal(err)
		}
	}
}
