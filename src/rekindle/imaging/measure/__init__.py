"""What can be measured in a picture: noise, blocks, blur, tone, highlights, scratches."""
