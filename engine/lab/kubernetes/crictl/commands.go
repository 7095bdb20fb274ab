package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1alpha2"
)

type object = map[string]interface{}

// The state names that follow "SANDBOX_" and "CONTAINER_" are what --state takes, in lower case.
var commands = map[string]func(c *client, args []string) error{
	"version": func(c *client, _ []string) error {
		v, err := c.runtime.Version("v1alpha2")
		if err == nil {
			fmt.Printf("Version:  %s\nRuntimeName:  %s\nRuntimeVersion:  %s\nRuntimeApiVersion:  %s\n", v.Version, v.RuntimeName, v.RuntimeVersion, v.RuntimeApiVersion)
		}
		return err
	},
	"info": func(c *client, _ []string) error {
		status, err := c.runtime.Status()
		if err != nil {
			return err
		}
		conditions := []object{}
		for _, condition := range status.Conditions {
			conditions = append(conditions, object{"type": condition.Type, "status": condition.Status, "reason": condition.Reason, "message": condition.Message})
		}
		return show(object{"status": object{"conditions": conditions}})
	},
	"pull": func(c *client, names []string) error {
		return each(names, "image", func(name string) error {
			_, err := c.images.PullImage(&cri.ImageSpec{Image: name}, nil, nil)
			return err
		})
	},
	"inspecti": func(c *client, names []string) error {
		for _, name := range names {
			image, err := c.images.ImageStatus(&cri.ImageSpec{Image: name})
			if err != nil {
				return err
			}
			if image == nil {
				return fmt.Errorf("no such image %q present", name)
			}
			if err := show(object{"status": imageObject(image)}); err != nil {
				return err
			}
		}
		return nil
	},
	"rmi": func(c *client, names []string) error {
		return each(names, "image", func(name string) error { return c.images.RemoveImage(&cri.ImageSpec{Image: name}) })
	},
	"images": listImages,
	"pods":   listPods,
	"ps":     listContainers,
	"inspectp": func(c *client, ids []string) error {
		for _, id := range ids {
			status, err := c.runtime.PodSandboxStatus(id)
			if err != nil {
				return err
			}
			network := object{}
			if status.Network != nil {
				network["ip"] = status.Network.Ip
			}
			if err := show(object{"status": object{"id": status.Id, "metadata": status.Metadata, "state": status.State.String(),
				"createdAt": when(status.CreatedAt), "network": network, "labels": status.Labels, "annotations": status.Annotations}}); err != nil {
				return err
			}
		}
		return nil
	},
	"inspect": func(c *client, ids []string) error {
		for _, id := range ids {
			s, err := c.runtime.ContainerStatus(id)
			if err != nil {
				return err
			}
			if err := show(object{"status": object{"id": s.Id, "metadata": s.Metadata, "state": s.State.String(), "createdAt": when(s.CreatedAt),
				"startedAt": when(s.StartedAt), "exitCode": s.ExitCode, "image": s.Image, "imageRef": s.ImageRef, "reason": s.Reason,
				"message": s.Message, "labels": s.Labels, "logPath": s.LogPath}}); err != nil {
				return err
			}
		}
		return nil
	},
	"stopp": func(c *client, ids []string) error { return each(ids, "pod", c.runtime.StopPodSandbox) },
	"rmp": func(c *client, ids []string) error {
		return each(ids, "pod", func(id string) error {
			if err := c.runtime.StopPodSandbox(id); err != nil {
				return err
			}
			return c.runtime.RemovePodSandbox(id)
		})
	},
	"stop": func(c *client, ids []string) error {
		return each(ids, "container", func(id string) error { return c.runtime.StopContainer(id, 10) })
	},
	"rm": func(c *client, ids []string) error { return each(ids, "container", c.runtime.RemoveContainer) },
	"exec": func(c *client, args []string) error {
		if len(args) < 2 {
			return fmt.Errorf("exec needs a container and a command")
		}
		stdout, stderr, err := c.runtime.ExecSync(args[0], args[1:], time.Minute)
		os.Stdout.Write(stdout)
		os.Stderr.Write(stderr)
		return err
	},
	"logs": func(c *client, ids []string) error {
		for _, id := range ids {
			status, err := c.runtime.ContainerStatus(id)
			if err != nil {
				return err
			}
			file, err := os.Open(status.LogPath)
			if err != nil {
				return err
			}
			defer file.Close()
			if _, err := io.Copy(os.Stdout, file); err != nil {
				return err
			}
		}
		return nil
	},
}

func imageObject(image *cri.Image) object {
	return object{"id": image.Id, "repoTags": image.RepoTags, "repoDigests": image.RepoDigests, "size": fmt.Sprint(image.Size_)}
}

func listImages(c *client, names []string) error {
	filter := &cri.ImageFilter{}
	if len(names) > 0 {
		filter.Image = &cri.ImageSpec{Image: names[0]}
	}
	images, err := c.images.ListImages(filter)
	if err != nil {
		return err
	}
	t := newTable(c, "images", "IMAGE", "IMAGE ID", "SIZE")
	for _, image := range images {
		t.row(imageObject(image), image.Id, strings.Join(image.RepoTags, ","), image.Id, fmt.Sprint(image.Size_))
	}
	return t.print()
}

func listPods(c *client, _ []string) error {
	pods, err := c.runtime.ListPodSandbox(nil)
	if err != nil {
		return err
	}
	t := newTable(c, "items", "POD ID", "CREATED", "STATE", "NAME", "NAMESPACE", "ATTEMPT")
	for _, pod := range pods {
		state := strings.ToLower(strings.TrimPrefix(pod.State.String(), "SANDBOX_"))
		if !wanted(c.name, pod.Metadata.Name) || c.state != "" && strings.ToLower(c.state) != state {
			continue
		}
		t.row(object{"id": pod.Id, "metadata": pod.Metadata, "state": pod.State.String(), "createdAt": fmt.Sprint(pod.CreatedAt), "labels": pod.Labels, "annotations": pod.Annotations},
			pod.Id, pod.Id, when(pod.CreatedAt), state, pod.Metadata.Name, pod.Metadata.Namespace, fmt.Sprint(pod.Metadata.Attempt))
	}
	return t.print()
}

func listContainers(c *client, _ []string) error {
	containers, err := c.runtime.ListContainers(nil)
	if err != nil {
		return err
	}
	t := newTable(c, "containers", "CONTAINER", "IMAGE", "CREATED", "STATE", "NAME", "ATTEMPT", "POD ID")
	for _, one := range containers {
		state := strings.ToLower(strings.TrimPrefix(one.State.String(), "CONTAINER_"))
		shown := c.all || state == "running"
		if c.state != "" {
			shown = strings.ToLower(c.state) == state
		}
		if !shown || !wanted(c.name, one.Metadata.Name) {
			continue
		}
		t.row(object{"id": one.Id, "podSandboxId": one.PodSandboxId, "metadata": one.Metadata, "image": one.Image, "imageRef": one.ImageRef, "state": one.State.String(),
			"createdAt": fmt.Sprint(one.CreatedAt), "labels": one.Labels, "annotations": one.Annotations},
			one.Id, one.Id, one.ImageRef, when(one.CreatedAt), state, one.Metadata.Name, fmt.Sprint(one.Metadata.Attempt), one.PodSandboxId)
	}
	return t.print()
}
