import torch

x = torch.randn(1, 512, 100)  # фраза: 512 каналов, 100 шагов
conv = torch.nn.Conv1d(512, 1024, kernel_size=1)
product = conv.weight[:, :, 0] @ x[0] + conv.bias[:, None]
assert torch.allclose(conv(x)[0], product, atol=1e-5)
