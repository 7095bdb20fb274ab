// crictl for the lab: what kubeadm, the roles and a person at the keyboard ask of the real one, over the same CRI.
// It is compiled inside the Kubernetes tree, whose own client it uses; Debian has no cri-tools package.
package main

import (
	"encoding/json"
	"fmt"
	"io/ioutil"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	internalapi "k8s.io/cri-api/pkg/apis"
	"k8s.io/kubernetes/pkg/kubelet/cri/remote"
	"sigs.k8s.io/yaml"
)

var version = "unknown" // set by the linker

const usage = `usage: crictl [-r ENDPOINT] [-i ENDPOINT] [-c FILE] [-t DURATION] COMMAND [-q] [-a] [-o json] [--name N] [--state S] [ARG...]
commands: info version images pull inspecti rmi pods inspectp stopp rmp ps inspect stop rm exec logs`

type options struct {
	runtime, image, config, output, name, state string
	timeout                                     time.Duration
	quiet, all                                  bool
	words                                       []string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "crictl:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if len(o.words) == 0 {
		return fmt.Errorf("no command given\n%s", usage)
	}
	switch o.words[0] {
	case "--version":
		fmt.Println("crictl version v" + version)
		return nil
	case "help":
		fmt.Println(usage)
		return nil
	}
	command, known := commands[o.words[0]]
	if !known {
		return fmt.Errorf("%q is not a command of the lab's crictl\n%s", o.words[0], usage)
	}
	if err := o.endpoints(); err != nil {
		return err
	}
	c, err := connect(o)
	if err != nil {
		return err
	}
	return command(c, o.words[1:])
}

func parse(args []string) (*options, error) {
	o := &options{config: "/etc/crictl.yaml", timeout: 2 * time.Minute}
	texts := map[string]*string{"-r": &o.runtime, "--runtime-endpoint": &o.runtime, "-i": &o.image, "--image-endpoint": &o.image,
		"-c": &o.config, "--config": &o.config, "-o": &o.output, "--output": &o.output, "--name": &o.name, "--state": &o.state, "-s": &o.state}
	flags := map[string]*bool{"-q": &o.quiet, "--quiet": &o.quiet, "-a": &o.all, "--all": &o.all, "-f": new(bool), "--force": new(bool),
		"-D": new(bool), "--debug": new(bool), "--no-trunc": new(bool)}
	for i := 0; i < len(args); i++ {
		word := args[i]
		name, value, joined := word, "", false
		if at := strings.Index(word, "="); strings.HasPrefix(word, "-") && at > 0 {
			name, value, joined = word[:at], word[at+1:], true
		}
		if flag := flags[name]; flag != nil {
			*flag = true
			continue
		}
		isTimeout := name == "-t" || name == "--timeout"
		if target := texts[name]; target != nil || isTimeout {
			if !joined {
				if i++; i == len(args) {
					return nil, fmt.Errorf("%s needs a value", name)
				}
				value = args[i]
			}
			if isTimeout {
				var err error
				if o.timeout, err = time.ParseDuration(value); err != nil {
					return nil, err
				}
			} else {
				*target = value
			}
			continue
		}
		switch name {
		case "-v", "--version":
			name = "--version"
		case "-h", "--help":
			name = "help"
		case "--":
			o.words = append(o.words, args[i+1:]...)
			return o, nil
		default:
			if strings.HasPrefix(name, "-") && (len(o.words) == 0 || o.words[0] != "exec") {
				return nil, fmt.Errorf("unknown option %s\n%s", name, usage)
			}
			name = word
		}
		o.words = append(o.words, name)
	}
	return o, nil
}

// endpoints: the option, then the environment, then /etc/crictl.yaml, then containerd's usual socket.
func (o *options) endpoints() error {
	file := map[string]interface{}{}
	if text, err := ioutil.ReadFile(o.config); err == nil {
		if err := yaml.Unmarshal(text, &file); err != nil {
			return fmt.Errorf("%s: %v", o.config, err)
		}
	}
	first := func(values ...string) string {
		for _, value := range values {
			if value != "" {
				if filepath.IsAbs(value) {
					return "unix://" + value
				}
				return value
			}
		}
		return ""
	}
	inFile := func(key string) string { text, _ := file[key].(string); return text }
	o.runtime = first(o.runtime, os.Getenv("CONTAINER_RUNTIME_ENDPOINT"), inFile("runtime-endpoint"), "unix:///run/containerd/containerd.sock")
	o.image = first(o.image, os.Getenv("IMAGE_SERVICE_ENDPOINT"), inFile("image-endpoint"), o.runtime)
	return nil
}

type client struct {
	*options
	runtime internalapi.RuntimeService
	images  internalapi.ImageManagerService
}

func connect(o *options) (*client, error) {
	// The client of the kubelet waits for its whole timeout for a socket that nobody listens on: look first.
	probe, err := net.DialTimeout("unix", strings.TrimPrefix(o.runtime, "unix://"), 5*time.Second)
	if err != nil {
		return nil, err
	}
	probe.Close()
	runtime, err := remote.NewRemoteRuntimeService(o.runtime, o.timeout)
	if err != nil {
		return nil, err
	}
	images, err := remote.NewRemoteImageService(o.image, o.timeout)
	if err != nil {
		return nil, err
	}
	return &client{o, runtime, images}, nil
}

func show(value interface{}) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err == nil {
		fmt.Println(string(text))
	}
	return err
}

func wanted(filter, value string) bool { return filter == "" || strings.Contains(value, filter) }

func when(nanoseconds int64) string { return time.Unix(0, nanoseconds).UTC().Format(time.RFC3339) }

func each(ids []string, what string, act func(id string) error) error {
	if len(ids) == 0 {
		return fmt.Errorf("no %s given", what)
	}
	for _, id := range ids {
		if err := act(id); err != nil {
			return fmt.Errorf("%s %s: %v", what, id, err)
		}
		fmt.Println(id)
	}
	return nil
}
