#!/bin/sh
# What a cloud's script prints: groups by region, type and tag, variables in _meta.
cat <<JSON
{
  "_meta": {"hostvars": {
    "ec2-203-0-113-10.compute.example.com": {"ansible_host": "203.0.113.10", "ec2_id": "i-0a1", "ec2_tag_Name": "web-1", "ec2_launch_time": "2023-01-01T10:00:00.000Z", "ec2_ebs_optimized": false, "ec2_tags": {"Name": "web-1", "aws:autoscaling:groupName": "web"}},
    "203.0.113.11": {"ec2_id": "i-0b2", "ec2_public_dns_name": null, "ec2_volumes": ["vol-1", "vol-2"], "price": 0.25},
    "not-in-a-group": {"ec2_id": "i-0c3"}
  }},
  "ec2": ["ec2-203-0-113-10.compute.example.com", "203.0.113.11"],
  "us-east-1": {"children": ["us-east-1a", "us-east-1b"], "vars": {"region": "us-east-1"}},
  "us-east-1a": ["ec2-203-0-113-10.compute.example.com"],
  "us-east-1b": {"hosts": ["203.0.113.11"]},
  "type_t3_micro": {"hosts": ["203.0.113.11"], "vars": {}},
  "tag_Name_web": ["ec2-203-0-113-10.compute.example.com"],
  "alone": {"key": "value", "n": 1},
  "empty": {"hosts": []}
}
JSON
